-- One row per order that was not cancelled, with the first morning on which the warehouse could know of it.
-- The rule of statuses stands here, and nowhere else.
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
