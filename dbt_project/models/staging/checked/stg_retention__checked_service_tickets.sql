-- One row per row of input_service_tickets: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['ticket_id', 'customer_id', 'opened_at'] -%}
{%- set optional = ['order_id', 'ticket_type', 'closed_at', 'satisfaction', 'loaded_at'] -%}
{%- set types = {
    'opened_at': 'timestamp', 'closed_at': 'timestamp', 'satisfaction': 'number',
    'loaded_at': 'timestamp',
} -%}
{%- set key = ['ticket_id'] %}

with given as (

    {{ input_rows('service_tickets', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('ticket_id') }} as ticket_id,
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('opened_at') }} as opened_at,
        {{ clean_id('order_id') }} as order_id,
        {{ trimmed_text('ticket_type') }} as ticket_type,
        {{ shop_time('closed_at') }} as closed_at,
        {{ clean_number('satisfaction') }} as satisfaction,
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
            {{ reject_outside_history('opened_at') }}
        end as broken_rule
    from cleaned
    {{ _join_tombstones('cleaned') }}
    where tombstones.customer_hash is null

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('service_tickets', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
