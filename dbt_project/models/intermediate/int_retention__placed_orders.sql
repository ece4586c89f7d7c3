-- One row per order with a status that counts (void_order_statuses), and the first as_of_date on which it is
-- known.
-- The rule of order statuses is here and in no other model.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('stg_retention__orders') }}

),

placed_orders as (

    select
        customer_id,
        order_id,
        ordered_at,
        order_date as purchase_date,
        {{ _seen_from('ordered_at', 'loaded_at') }} as known_from_date,
        channel,
        order_amount,
        discount_amount
    from orders
    where not {{ is_void_order('order_status') }}

)

select * from placed_orders
