-- One row per accepted order.
-- Amounts are rounded, so that the last digits of a double do not make it a new amount.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_orders') }}
    where rejection_rule is null

),

cleaned as (

    select
        order_id,
        customer_id,
        ordered_at,
        cast(ordered_at as date) as order_date,
        {{ clean_status('order_status') }} as order_status,
        lower(channel) as channel,
        {{ rounded_amount('order_amount') }} as order_amount,
        {{ rounded_amount('discount_amount') }} as discount_amount,
        loaded_at
    from accepted

)

select * from cleaned
