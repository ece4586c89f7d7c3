-- One row per customer and scoring date: the churn probability that was published on that date.
-- Campaign effects are compared with the risk predicted before the campaign. Rows of earlier dates never
-- change; a date that is built again is replaced. --full-refresh keeps the table: it cannot be rebuilt.
{{ config(**kept_by_date()) }}

with tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

published as (

    select
        tiers.customer_id,
        tiers.as_of_date,
        tiers.churn_probability,
        {{ dbt.string_literal(dbt.escape_single_quotes(setting("churn_definition"))) }} as churn_definition,
        cast(horizon.churn_horizon_days as integer) as churn_horizon_days
    from tiers
    cross join horizon

)

select * from published
