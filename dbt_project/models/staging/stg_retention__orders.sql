-- One row per order: typed, deduplicated by order_id.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('orders') }}

),

cleaned as (

    select
        order_id,
        customer_id,
        ordered_at,
        cast(ordered_at as date) as order_date,
        lower(order_status) as order_status,
        lower(channel) as channel,
        order_amount,
        discount_amount,
        loaded_at
    from accepted

)

select * from cleaned
