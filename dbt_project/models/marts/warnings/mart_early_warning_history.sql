-- One row per customer and scoring date: the scores that were published on that date.
-- Rows of earlier dates never change; a date that is built again is replaced. --full-refresh keeps the table,
-- because it cannot be rebuilt.
{{ config(**kept_by_date()) }}

with tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

segment_scores as (

    select * from {{ ref('ml_segment_scores') }}

),

segment_names as (

    select * from {{ ref('ml_segment_names') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

history as (

    select
        tiers.customer_id,
        tiers.as_of_date,
        tiers.churn_probability,
        tiers.risk_tier,
        tiers.expected_value_12m,
        tiers.value_at_risk,
        segment_names.segment_name,
        tiers.model_version,
        {{ dbt.string_literal(dbt.escape_single_quotes(setting("churn_definition"))) }} as churn_definition,
        cast(horizon.churn_horizon_days as integer) as churn_horizon_days
    from tiers
    left join segment_scores
        on
            tiers.customer_id = segment_scores.customer_id
            and tiers.as_of_date = segment_scores.as_of_date
    left join segment_names on segment_scores.segment_number = segment_names.segment_number
    cross join horizon

)

select * from history
