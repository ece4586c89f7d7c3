-- One row per row of input_campaigns: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['campaign_id', 'action', 'started_at'] -%}
{%- set optional = ['ended_at', 'channel', 'contact_cost', 'offer_value'] -%}
{%- set types = {
    'started_at': 'timestamp', 'ended_at': 'timestamp', 'contact_cost': 'number',
    'offer_value': 'number',
} -%}
{%- set key = ['campaign_id'] %}

with given as (

    {{ input_rows('campaigns', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('campaign_id') }} as campaign_id,
        {{ trimmed_text('action') }} as action,
        {{ shop_time('started_at') }} as started_at,
        {{ shop_time('ended_at') }} as ended_at,
        {{ trimmed_text('channel') }} as channel,
        {{ clean_number('contact_cost') }} as contact_cost,
        {{ clean_number('offer_value') }} as offer_value,
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
            {{ reject_negative(['contact_cost', 'offer_value']) }}
        end as broken_rule
    from cleaned

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('campaigns', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
