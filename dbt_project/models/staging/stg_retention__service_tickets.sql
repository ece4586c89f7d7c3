-- One row per contact with customer service.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('service_tickets') }}

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
