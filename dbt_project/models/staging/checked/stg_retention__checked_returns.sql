-- One row per row of input_returns: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['return_id', 'customer_id', 'returned_at'] -%}
{%- set optional = ['product_id', 'order_id', 'returned_quantity', 'returned_amount', 'loaded_at'] -%}
{%- set types = {
    'returned_at': 'timestamp', 'returned_quantity': 'number', 'returned_amount': 'number',
    'loaded_at': 'timestamp',
} -%}
{%- set key = ['return_id'] %}

with given as (

    {{ input_rows('returns', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('return_id') }} as return_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('returned_at') }} as returned_at,
        {{ clean_id('product_id') }} as product_id,
        {{ clean_id('order_id') }} as order_id,
        {{ clean_number('returned_quantity') }} as returned_quantity,
        {{ clean_number('returned_amount') }} as returned_amount,
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
            {{ reject_negative(['returned_quantity', 'returned_amount']) }}
            when product_id is null and order_id is null and returned_amount is null
                then 'product_id, order_id and returned_amount are all missing'
            {{ reject_outside_history('returned_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('returns', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
