-- One row per contact with customer service.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_service_tickets') }}
    where rejection_rule is null

),

cleaned as (

    select
        ticket_id,
        customer_id,
        order_id,
        opened_at,
        cast(opened_at as date) as opened_date,
        closed_at,
        lower(ticket_type) as ticket_type,
        satisfaction,
        loaded_at
    from accepted

)

select * from cleaned
