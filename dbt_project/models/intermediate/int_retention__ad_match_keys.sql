-- One row per customer with ads_consent: hashed e-mail address and telephone number, as each platform matches
-- them. What each platform hashes is in docs/advertising.md.
with customers as (

    select * from {{ ref('stg_retention__customers') }}
    where has_ads_consent

),

trimmed as (

    {% call function_rows() %}
        select
            customer_id,
            {{ clean_text('email') }} as email_trimmed,
            {{ phone_e164('phone') }} as phone_normal
        from customers
    {% endcall %}

),

checked as (

    select
        customer_id,
        phone_normal,
        email_trimmed,
        replace(email_trimmed, ' ', '') as email_without_spaces,
        coalesce(email_trimmed like '%_@_%._%' and email_trimmed not like '%@%@%', false) as is_address
    from trimmed

),

normal as (

    select
        customer_id,
        phone_normal,
        case when is_address then {{ email_google('email_without_spaces') }} end as email_google,
        case when is_address then email_trimmed end as email_meta,
        case when is_address then {{ without_tag('email_without_spaces') }} end as email_tiktok
    from checked

),

hashed as (

    select
        customer_id,
        {{ sha256_hex('email_google') }} as google_email,
        {{ sha256_hex('email_meta') }} as meta_em,
        {{ sha256_hex('email_tiktok') }} as tiktok_email_sha256,
        {{ sha256_hex('phone_normal') }} as phone_sha256,
        {{ sha256_hex('substr(phone_normal, 2)') }} as phone_digits_sha256
    from normal

)

select * from hashed
