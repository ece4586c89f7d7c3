-- One row per row of input_reviews: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['review_id', 'customer_id', 'reviewed_at'] -%}
{%- set optional = ['product_id', 'rating', 'review_text', 'loaded_at'] -%}
{%- set types = {'reviewed_at': 'timestamp', 'rating': 'number', 'loaded_at': 'timestamp'} -%}
{%- set key = ['review_id'] %}

with given as (

    {{ input_rows('reviews', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('review_id') }} as review_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('reviewed_at') }} as reviewed_at,
        {{ clean_id('product_id') }} as product_id,
        {{ clean_number('rating') }} as rating,
        {{ trimmed_text('review_text') }} as review_text,
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
            {{ reject_negative(['rating']) }}
            {{ reject_outside_history('reviewed_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('reviews', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
