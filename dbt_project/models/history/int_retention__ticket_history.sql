-- One row per customer, as_of_date and service ticket known on as_of_date. Families read tickets from here.
-- A ticket closed on as_of_date or later is open on as_of_date, and its satisfaction is not known yet.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

seen as (

    select
        spine.customer_id,
        spine.as_of_date,
        tickets.ticket_id,
        tickets.order_id,
        tickets.ticket_type,
        tickets.opened_date,
        {{ days_between('tickets.opened_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        case
            when {{ seen_by('tickets.closed_at', none, 'spine.as_of_date') }}
                then cast(tickets.closed_at as date)
        end as closed_date,
        tickets.satisfaction
    from spine
    inner join tickets
        on
            spine.customer_id = tickets.customer_id
            and {{ seen_by('tickets.opened_at', 'tickets.loaded_at', 'spine.as_of_date') }}

),

history as (

    select
        customer_id,
        as_of_date,
        ticket_id,
        order_id,
        ticket_type,
        opened_date,
        days_ago,
        closed_date is null as is_open,
        closed_date,
        {{ days_between('opened_date', 'closed_date') }} as days_to_close, -- noqa: LT05
        case when closed_date is not null then satisfaction end as satisfaction
    from seen

)

select * from history
