-- One row per customer scored on the latest as_of_date: risk, value, consent and holdout. Eligibility rules
-- may use these columns.
with tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

customer_values as (

    select * from {{ ref('ml_customer_values') }}

),

segments as (

    select * from {{ ref('ml_segment_scores') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

margin as (

    select * from {{ ref('int_retention__gross_margin') }}

),

recommended as (

    select distinct customer_id from {{ ref('int_retention__recommendations') }}
    where purpose = 'today'

),

decided as (

    select
        tiers.customer_id,
        tiers.as_of_date,
        tiers.churn_probability,
        tiers.risk_tier,
        customer_values.expected_value_12m,
        {{ rounded('customer_values.expected_value_12m * margin.gross_margin_share', 4) }} as value_kept,
        segments.segment_number,
        customers.membership_tier,
        coalesce(customers.has_email_consent, false) as has_email_consent,
        coalesce(customers.has_ads_consent, false) as has_ads_consent,
        coalesce(customers.has_phone, false) as has_phone,
        recommended.customer_id is not null as has_recommendations,
        {{ is_held_out('tiers.customer_id', setting('holdout_share')) }} as is_holdout
    from tiers
    cross join margin
    inner join customer_values
        on
            tiers.customer_id = customer_values.customer_id
            and tiers.as_of_date = customer_values.as_of_date
    left join segments
        on
            tiers.customer_id = segments.customer_id
            and tiers.as_of_date = segments.as_of_date
    left join customers on tiers.customer_id = customers.customer_id
    left join recommended on tiers.customer_id = recommended.customer_id

)

-- The salt is checked before it draws the holdout.
-- depends_on: {{ ref('int_retention__holdout_salt') }}
select * from decided
