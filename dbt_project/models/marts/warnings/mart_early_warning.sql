-- One row per customer on the latest as_of_date: churn probability, reasons, value at risk and action.
with tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

history as (

    select * from {{ ref('mart_early_warning_history') }}

),

features as (

    select * from {{ ref('ml_features') }}
    where split = 'score'

),

reasons as (

    select * from {{ ref('ml_churn_reasons') }}

),

next_orders as (

    select * from {{ ref('ml_next_order_dates') }}

),

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

decision_customers as (

    select * from {{ ref('int_retention__decision_customers') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

top_reasons as (

    select
        customer_id,
        as_of_date,
        max(case when reason_rank = 1 then reason_words end) as reason_1,
        max(case when reason_rank = 2 then reason_words end) as reason_2,
        max(case when reason_rank = 3 then reason_words end) as reason_3
    from reasons
    group by customer_id, as_of_date

),

previous_date as (

    select max(history.as_of_date) as as_of_date
    from history
    inner join today on history.as_of_date < today.as_of_date

),

{# Probabilities are comparable only if both dates have the same churn definition and horizon. #}
changes as (

    select
        current.customer_id,
        previous.as_of_date as previous_as_of_date,
        previous.risk_tier as previous_risk_tier,
        case
            when
                current.churn_definition = previous.churn_definition
                and current.churn_horizon_days = previous.churn_horizon_days
                then previous.churn_probability
        end as comparable_probability,
        previous.value_at_risk as previous_value_at_risk
    from history as current
    inner join today on current.as_of_date = today.as_of_date
    inner join history as previous on current.customer_id = previous.customer_id
    inner join previous_date on previous.as_of_date = previous_date.as_of_date

),

warning as (

    select
        tiers.customer_id,
        tiers.as_of_date,
        tiers.churn_probability,
        tiers.risk_tier,
        round(tiers.churn_probability - changes.comparable_probability, 6) as probability_change,
        cast(features.days_since_last_order as integer) as days_since_last_order,
        round(features.overdue_ratio, 4) as overdue_ratio,
        next_orders.expected_next_order_date,
        next_orders.next_order_from_date,
        next_orders.next_order_until_date,
        tiers.expected_value_12m,
        tiers.value_at_risk,
        case
            when changes.comparable_probability is not null
                then round(tiers.value_at_risk - changes.previous_value_at_risk, 2)
        end as value_at_risk_change,
        changes.previous_risk_tier,
        changes.previous_as_of_date,
        top_reasons.reason_1,
        top_reasons.reason_2,
        top_reasons.reason_3,
        coalesce(chosen.action, 'none') as recommended_action,
        case
            when tiers.expected_value_12m is not null
                then {{ rounded('coalesce(chosen.expected_profit, 0)', 4) }}
        end as expected_profit,
        chosen.evidence,
        decision_customers.is_holdout,
        tiers.model_version
    from tiers
    inner join features
        on
            tiers.customer_id = features.customer_id
            and tiers.as_of_date = features.as_of_date
    inner join next_orders
        on
            tiers.customer_id = next_orders.customer_id
            and tiers.as_of_date = next_orders.as_of_date
    inner join decision_customers on tiers.customer_id = decision_customers.customer_id
    left join chosen on tiers.customer_id = chosen.customer_id
    left join changes on tiers.customer_id = changes.customer_id
    left join top_reasons
        on
            tiers.customer_id = top_reasons.customer_id
            and tiers.as_of_date = top_reasons.as_of_date

)

select * from warning
