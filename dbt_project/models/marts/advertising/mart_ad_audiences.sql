-- One row per audience and customer who agreed to be matched in advertising: with hashed address and number.
-- Only hashes leave this model; what each platform wants hashed is in docs/uses.md.
-- depends_on: {{ ref('int_retention__holdout_salt') }}
with customers as (

    select * from {{ ref('stg_retention__customers') }}
    where has_ads_consent

),

today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

warnings as (

    select * from {{ ref('mart_early_warning') }}

),

buyers as (

    select
        purchases.customer_id,
        today.as_of_date,
        {{ days_between('max(purchases.purchase_date)', 'today.as_of_date') }} as days_since_last_order -- noqa: LT05
    from purchases
    inner join today on {{ known_at('purchases', 'today.as_of_date') }}
    group by purchases.customer_id, today.as_of_date

),

complaining as (

    select distinct tickets.customer_id
    from tickets
    inner join today on {{ seen_by('tickets.opened_at', 'tickets.loaded_at', 'today.as_of_date') }}
    where
        tickets.ticket_type = 'complaint'
        and not coalesce({{ seen_by('tickets.closed_at', none, 'today.as_of_date') }}, false)

),

ranked as (

    select
        customer_id,
        churn_probability,
        expected_value_12m,
        row_number() over (order by round(expected_value_12m, 2) desc nulls last, customer_id) as value_rank,
        count(*) over () as customers_count
    from warnings

),

judged as (

    select
        buyers.customer_id,
        buyers.as_of_date,
        buyers.days_since_last_order,
        ranked.churn_probability,
        complaining.customer_id is not null as is_complaining,
        {{ is_held_out('buyers.customer_id', setting('holdout_share')) }} as is_holdout,
        -- Not by the lack of a warning alone: without a churn model nobody has one.
        ranked.customer_id is null and buyers.days_since_last_order > {{ setting('lookback_days') }} as is_gone,
        -- Not by the tier: who finds no room in any (risk_tier_capacity) is low, and may leave all the same.
        coalesce(ranked.churn_probability < {{ risk_tiers()[-1].threshold }}, false) as is_safe,
        -- Without amounts nobody is known to be among the most valuable.
        ranked.expected_value_12m is not null
        and coalesce(
            ranked.value_rank
            <= {{ setting('ad_seed_share') }} * cast(ranked.customers_count as double),
            false
        ) as is_among_the_best
    from buyers
    left join ranked on buyers.customer_id = ranked.customer_id
    left join complaining on buyers.customer_id = complaining.customer_id

),

sorted_out as (

    select
        *,
        is_complaining
        or is_holdout
        or (is_safe and days_since_last_order <= {{ setting('ad_suppress_days') }})
            as is_suppressed
    from judged

),

{% set text = dbt.type_string() %}
members as (

    select
        'suppress' as audience,
        customer_id,
        as_of_date,
        case
            when is_complaining then 'has an open complaint'
            when is_holdout then 'held out, to measure what all contacts change'
            else 'bought ' || {{ sentence('{days_since_last_order day|days}') }} || ' ago and is in no danger'
        end as audience_reason
    from sorted_out
    where is_suppressed
    union all
    select
        'win_back' as audience,
        customer_id,
        as_of_date,
        case
            when is_gone
                then 'no order for ' || {{ sentence('{days_since_last_order day|days}') }}
            else
                'likely to leave: '
                || cast(cast(round(100 * churn_probability) as integer) as {{ text }}) || ' %'
        end as audience_reason
    from sorted_out
    where
        not is_suppressed
        and (is_gone or churn_probability >= {{ setting('ad_win_back_probability') }})
    union all
    select
        'lookalike_seed' as audience,
        customer_id,
        as_of_date,
        'among the most valuable, and in no danger' as audience_reason
    from sorted_out
    where
        is_safe
        and is_among_the_best

),

trimmed as (

    select
        customer_id,
        {{ clean_text('email') }} as email_trimmed,
        {{ phone_e164('phone') }} as phone_normal
    from customers

),

addressed as (

    select
        customer_id,
        phone_normal,
        email_trimmed,
        replace(email_trimmed, ' ', '') as email_without_spaces,
        coalesce(email_trimmed like '%_@_%._%' and email_trimmed not like '%@%@%', false) as is_address
    from trimmed

),

-- What each platform hashes of an address, by its own page: docs/uses.md.
normal as (

    select
        customer_id,
        phone_normal,
        case when is_address then {{ email_google('email_without_spaces') }} end as email_google,
        case when is_address then email_trimmed end as email_meta,
        case when is_address then {{ without_tag('email_without_spaces') }} end as email_tiktok
    from addressed

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

),

final as (

    select
        members.audience,
        members.customer_id,
        members.as_of_date,
        members.audience_reason,
        hashed.google_email,
        hashed.phone_sha256 as google_phone,
        hashed.meta_em,
        hashed.phone_digits_sha256 as meta_ph,
        hashed.tiktok_email_sha256,
        hashed.phone_sha256 as tiktok_phone_sha256
    from members
    inner join hashed on members.customer_id = hashed.customer_id
    where
        hashed.google_email is not null
        or hashed.phone_sha256 is not null

)

select * from final
