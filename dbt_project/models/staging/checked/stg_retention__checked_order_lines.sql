-- One row per row of input_order_lines: cleaned, with the first rule that it breaks (null = accepted).
-- A line is rejected with its order; without an order it would count for nothing.
{{ config(
    materialized='by_key',
    meta={
        'input': 'order_lines', 'key': 'order_id', 'known_at': ['returned_at'],
        'parent': 'stg_retention__checked_orders',
    }
) }}
{%- set required = ['order_id', 'product_id'] -%}
{%- set optional = [
    'line_number', 'quantity', 'net_amount', 'discount_amount', 'coupon_id', 'returned_quantity',
    'returned_at',
] -%}
{%- set types = {
    'line_number': 'whole number', 'quantity': 'number', 'net_amount': 'number',
    'discount_amount': 'number', 'returned_quantity': 'number', 'returned_at': 'timestamp',
} -%}
{%- set key = ['order_id', 'line_number'] %}

with given as (

    {{ input_rows('order_lines', required, optional) }}
    where {{ is_unread('order_id') }}

),

orders as (

    select
        order_id as known_order_id,
        max(case when rejection_rule is null then 1 else 0 end) as is_accepted
    from {{ ref('stg_retention__checked_orders') }}
    group by order_id

),

customers_of_orders as (

    {{ input_rows('orders', ['order_id', 'customer_id']) }}

),

cleaned_orders as (

    select
        {{ clean_id('order_id') }} as order_id,
        {{ clean_id('customer_id') }} as customer_id
    from customers_of_orders

),

erased_orders as (

    select distinct cleaned_orders.order_id as erased_order_id
    from cleaned_orders
    {{ _join_tombstones('cleaned_orders') }}
    where tombstones.customer_hash is not null

),

cleaned as (

    select
        {{ clean_id('order_id') }} as order_id,
        {{ clean_id('product_id') }} as product_id,
        try_cast(line_number as bigint) as line_number,
        {{ clean_number('quantity') }} as quantity,
        {{ clean_number('net_amount') }} as net_amount,
        {{ clean_number('discount_amount') }} as discount_amount,
        {{ clean_id('coupon_id') }} as coupon_id,
        {{ clean_number('returned_quantity') }} as returned_quantity,
        {{ shop_time('returned_at') }} as returned_at,
        {{ texts_as_given(types) }}
    from given

),

judged as (

    select
        cleaned.*,
        case
            {{ reject_unreadable(types) }}
            {{ reject_missing(required) }}
            {{ reject_extreme(types) }}
            {{ reject_negative(
                ['quantity', 'net_amount', 'returned_quantity'], advice='map credit notes to input_returns'
            ) }}
            when orders.known_order_id is null then 'order_id is not in input_orders'
            when orders.is_accepted = 0 then 'order_id belongs to a rejected row of input_orders'
        end as broken_rule
    from cleaned
    left join orders on cleaned.order_id = orders.known_order_id
    left join erased_orders on cleaned.order_id = erased_orders.erased_order_id
    where erased_orders.erased_order_id is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('order_lines', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types, ids=['order_id']) }} as rejected_value
    from judged

),

{# Texts that only a rejected row needs are not stored for the others: these are large tables. #}
final as (

    select
        order_id,
        product_id,
        line_number,
        quantity,
        net_amount,
        discount_amount,
        coupon_id,
        returned_quantity,
        returned_at,
        case when rejection_rule is not null then row_key end as row_key,
        rejection_rule,
        rejected_value
    from checked

)

select * from final
