-- One row per row of input_orders: cleaned, with the first rule that it breaks (null = accepted).
{{ config(
    materialized='by_key',
    meta={'input': 'orders', 'key': 'order_id', 'known_at': ['loaded_at', 'ordered_at']}
) }}
{%- set required = ['order_id', 'customer_id', 'ordered_at'] -%}
{%- set optional = ['order_status', 'channel', 'order_amount', 'discount_amount', 'loaded_at'] -%}
{%- set types = {
    'ordered_at': 'timestamp', 'order_amount': 'number', 'discount_amount': 'number',
    'loaded_at': 'timestamp',
} -%}
{%- set key = ['order_id'] %}

with given as (

    {{ input_rows('orders', required, optional) }}
    where {{ is_unread('order_id') }}

),

cleaned as (

    select
        {{ clean_id('order_id') }} as order_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('ordered_at') }} as ordered_at,
        {{ trimmed_text('order_status') }} as order_status,
        {{ trimmed_text('channel') }} as channel,
        {{ clean_number('order_amount') }} as order_amount,
        {{ clean_number('discount_amount') }} as discount_amount,
        {{ shop_time('loaded_at') }} as loaded_at,
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
            {{ reject_negative(['order_amount'], advice='map credit notes to input_returns') }}
            {{ reject_outside_history('ordered_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('orders', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

),

{# Texts that only a rejected row needs are not stored for the others: these are large tables. #}
final as (

    select
        order_id,
        customer_id,
        ordered_at,
        order_status,
        channel,
        order_amount,
        discount_amount,
        loaded_at,
        case when rejection_rule is not null then row_key end as row_key,
        rejection_rule,
        rejected_value
    from checked

)

select * from final
