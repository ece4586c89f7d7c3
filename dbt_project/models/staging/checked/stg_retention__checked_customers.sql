-- One row per row of input_customers: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['customer_id'] -%}
{%- set optional = [
    'signed_up_at', 'birth_year', 'gender', 'city', 'acquisition_channel', 'membership_tier',
    'email', 'phone', 'email_consent', 'ads_consent', 'acquisition_cost',
] -%}
{%- set types = {
    'signed_up_at': 'timestamp', 'birth_year': 'whole number', 'email_consent': 'boolean',
    'ads_consent': 'boolean', 'acquisition_cost': 'number',
} -%}
{%- set key = ['customer_id'] %}

with given as (

    {{ input_rows('customers', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('customer_id') }} as customer_id,
        {{ shop_time('signed_up_at') }} as signed_up_at,
        try_cast(birth_year as bigint) as birth_year,
        {{ trimmed_text('gender') }} as gender,
        {{ trimmed_text('city') }} as city,
        {{ trimmed_text('acquisition_channel') }} as acquisition_channel,
        {{ trimmed_text('membership_tier') }} as membership_tier,
        {{ trimmed_text('email') }} as email,
        {{ trimmed_text('phone') }} as phone,
        try_cast(email_consent as boolean) as email_consent,
        try_cast(ads_consent as boolean) as ads_consent,
        {{ clean_number('acquisition_cost') }} as acquisition_cost,
        {{ texts_as_given(types) }}
    from given

),

judged as (

    select
        cleaned.*,
        case
            {{ reject_unreadable(types) }}
            {{ reject_missing(required) }}
            {{ reject_negative(['acquisition_cost']) }}
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
        {{ rejection_rule('customers', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
