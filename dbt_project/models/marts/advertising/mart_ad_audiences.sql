-- noqa: disable=LT05
-- One row per audience and customer who agreed to be matched in advertising and can be matched.
-- Only hashed addresses and numbers leave this model: docs/advertising.md.
-- depends_on: {{ ref('int_retention__holdout_salt') }}
with match_keys as (

    select * from {{ ref('int_retention__ad_match_keys') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

complaining as (

    select distinct customer_id from {{ ref('int_retention__open_tickets') }}
    where ticket_type = 'complaint'

),

buyers as (

    select
        purchases.customer_id,
        today.as_of_date,
        {{ days_between('max(purchases.purchase_date)', 'today.as_of_date') }} as days_since_last_order
    from purchases
    inner join today on {{ known_at('purchases', 'today.as_of_date') }}
    group by purchases.customer_id, today.as_of_date

),

scored as (

    select
        customer_id,
        churn_probability,
        -- Without amounts the most valuable customers are not known.
        expected_value_12m is not null
        and row_number() over (order by round(expected_value_12m, 2) desc nulls last, customer_id)
        <= {{ setting('ad_seed_share') }} * cast(count(*) over () as double) as is_most_valuable
    from {{ ref('mart_early_warning') }}

),

judged as (

    select
        buyers.customer_id,
        buyers.as_of_date,
        buyers.days_since_last_order,
        scored.churn_probability,
        cast(round(100 * scored.churn_probability) as integer) as churn_percent,
        coalesce(scored.is_most_valuable, false) as is_most_valuable,
        complaining.customer_id is not null as is_complaining,
        {{ is_held_out('buyers.customer_id', setting('holdout_share')) }} as is_holdout,
        -- Not scored is not enough: without a churn model no customer is scored.
        scored.customer_id is null and buyers.days_since_last_order > {{ setting('lookback_days') }}
            as is_gone,
        -- Not by the risk tier: risk_tier_capacity can leave a customer at risk in the tier low.
        coalesce(scored.churn_probability < {{ risk_tiers()[-1].threshold }}, false) as is_safe
    from buyers
    left join scored on buyers.customer_id = scored.customer_id
    left join complaining on buyers.customer_id = complaining.customer_id

),

reasons as (

    select
        customer_id,
        as_of_date,
        case
            when is_complaining then 'open complaint'
            when is_holdout then 'holdout: no contact at all'
            when is_safe and days_since_last_order <= {{ setting('ad_suppress_days') }}
                then {{ sentence('last order {days_since_last_order day|days} ago, low churn probability') }}
        end as suppress_reason,
        case
            when is_gone then {{ sentence('no order for {days_since_last_order day|days}') }}
            when churn_probability >= {{ setting('ad_win_back_probability') }}
                then {{ sentence('churn probability {churn_percent} %') }}
        end as win_back_reason,
        case when is_safe and is_most_valuable then 'most valuable, low churn probability' end
            as lookalike_seed_reason
    from judged

),

audiences as (

    select
        'suppress' as audience,
        customer_id,
        as_of_date,
        suppress_reason as audience_reason
    from reasons
    where suppress_reason is not null
    union all
    select
        'win_back' as audience,
        customer_id,
        as_of_date,
        win_back_reason as audience_reason
    from reasons
    where
        suppress_reason is null
        and win_back_reason is not null
    union all
    select
        'lookalike_seed' as audience,
        customer_id,
        as_of_date,
        lookalike_seed_reason as audience_reason
    from reasons
    where lookalike_seed_reason is not null

),

final as (

    select
        audiences.audience,
        audiences.customer_id,
        audiences.as_of_date,
        audiences.audience_reason,
        match_keys.google_email,
        match_keys.phone_sha256 as google_phone,
        match_keys.meta_em,
        match_keys.phone_digits_sha256 as meta_ph,
        match_keys.tiktok_email_sha256,
        match_keys.phone_sha256 as tiktok_phone_sha256
    from audiences
    inner join match_keys on audiences.customer_id = match_keys.customer_id
    where
        match_keys.google_email is not null
        or match_keys.phone_sha256 is not null

)

select * from final
