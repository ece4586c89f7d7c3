-- One row per customer and scoring date: the churn probability said that morning, so that what campaigns
-- changed can be held against what was foretold before them. Rows of earlier dates are never touched; a date
-- that is built again is replaced. --full-refresh keeps the table, for nothing could bring it back.
{{ config(**kept_by_date()) }}

with tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

said as (

    select
        tiers.customer_id,
        tiers.as_of_date,
        tiers.churn_probability,
        '{{ setting("churn_definition") }}' as churn_definition,
        cast(horizon.churn_horizon_days as integer) as churn_horizon_days
    from tiers
    cross join horizon

)

select * from said
