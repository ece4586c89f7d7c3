-- One row per row of input_coupon_redemptions: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['coupon_id', 'customer_id', 'redeemed_at'] -%}
{%- set optional = ['campaign_id', 'order_id'] -%}
{%- set types = {'redeemed_at': 'timestamp'} -%}
{%- set key = ['coupon_id', 'customer_id', 'redeemed_at'] %}

with given as (

    {{ input_rows('coupon_redemptions', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('coupon_id') }} as coupon_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('redeemed_at') }} as redeemed_at,
        {{ clean_id('campaign_id') }} as campaign_id,
        {{ clean_id('order_id') }} as order_id,
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
            {{ reject_outside_history('redeemed_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('coupon_redemptions', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
