-- One row per row of input_campaign_contacts: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['campaign_id', 'customer_id', 'assigned_at'] -%}
{%- set optional = ['arm', 'contacted_at', 'opened_at', 'clicked_at'] -%}
{%- set types = {
    'assigned_at': 'timestamp', 'contacted_at': 'timestamp', 'opened_at': 'timestamp',
    'clicked_at': 'timestamp',
} -%}
{%- set key = ['campaign_id', 'customer_id'] %}

with given as (

    {{ input_rows('campaign_contacts', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('campaign_id') }} as campaign_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('assigned_at') }} as assigned_at,
        {{ trimmed_text('arm') }} as arm,
        {{ shop_time('contacted_at') }} as contacted_at,
        {{ shop_time('opened_at') }} as opened_at,
        {{ shop_time('clicked_at') }} as clicked_at,
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
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('campaign_contacts', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
