-- One row per row of input_sessions: cleaned, with the first rule that it breaks (null = accepted).
{{ config(
    materialized='by_key',
    meta={'input': 'sessions', 'key': 'session_id', 'known_at': ['loaded_at', 'started_at']}
) }}
{%- set required = ['session_id', 'customer_id', 'started_at'] -%}
{%- set optional = [
    'duration_seconds', 'page_views', 'product_views', 'cart_adds', 'searches', 'traffic_source',
    'loaded_at',
] -%}
{%- set types = {
    'started_at': 'timestamp', 'duration_seconds': 'number', 'page_views': 'whole number',
    'product_views': 'whole number', 'cart_adds': 'whole number', 'searches': 'whole number',
    'loaded_at': 'timestamp',
} -%}
{%- set key = ['session_id'] %}

with given as (

    {{ input_rows('sessions', required, optional) }}
    where {{ is_unread('session_id') }}

),

cleaned as (

    select
        {{ clean_id('session_id') }} as session_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('started_at') }} as started_at,
        {{ clean_number('duration_seconds') }} as duration_seconds,
        try_cast(page_views as bigint) as page_views,
        try_cast(product_views as bigint) as product_views,
        try_cast(cart_adds as bigint) as cart_adds,
        try_cast(searches as bigint) as searches,
        {{ trimmed_text('traffic_source') }} as traffic_source,
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
            {{ reject_negative(
                ['duration_seconds', 'page_views', 'product_views', 'cart_adds', 'searches']
            ) }}
            {{ reject_outside_history('started_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('sessions', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

),

{# Texts that only a rejected row needs are not stored for the others: these are large tables. #}
final as (

    select
        session_id,
        customer_id,
        started_at,
        duration_seconds,
        page_views,
        product_views,
        cart_adds,
        searches,
        traffic_source,
        loaded_at,
        case when rejection_rule is not null then row_key end as row_key,
        rejection_rule,
        rejected_value
    from checked

)

select * from final
