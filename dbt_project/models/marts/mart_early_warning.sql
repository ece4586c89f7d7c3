-- One row per customer of today: how likely to leave, why, and what is at stake.
with scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'score'

),

features as (

    select * from {{ ref('ml_features') }}

),

customer_values as (

    select * from {{ ref('ml_customer_values') }}

),

reasons as (

    select * from {{ ref('ml_churn_reasons') }}

),

ranked_reasons as (

    select
        customer_id,
        as_of_date,
        reason_words,
        row_number() over (
            partition by customer_id, as_of_date
            order by round(contribution_log_odds, 6) desc, reason
        ) as reason_rank
    from reasons
    where
        contribution_log_odds > 0
        and reason_words is not null

),

next_orders as (

    select * from {{ ref('ml_next_order_dates') }}

),

top_reasons as (

    select
        customer_id,
        as_of_date,
        max(case when reason_rank = 1 then reason_words end) as reason_1,
        max(case when reason_rank = 2 then reason_words end) as reason_2,
        max(case when reason_rank = 3 then reason_words end) as reason_3
    from ranked_reasons
    group by customer_id, as_of_date

),

valued as (

    select
        features.customer_id,
        features.as_of_date,
        features.days_since_last_order,
        features.overdue_ratio,
        customer_values.expected_value_12m
    from features
    inner join customer_values
        on
            features.customer_id = customer_values.customer_id
            and features.as_of_date = customer_values.as_of_date

),

warning as (

    select
        scores.customer_id,
        scores.as_of_date,
        round(scores.churn_probability, 6) as churn_probability,
        {{ risk_tier('scores.churn_probability') }} as risk_tier,
        cast(valued.days_since_last_order as integer) as days_since_last_order,
        round(valued.overdue_ratio, 4) as overdue_ratio,
        next_orders.expected_next_order_date,
        next_orders.next_order_from_date,
        next_orders.next_order_until_date,
        round(valued.expected_value_12m, 2) as expected_value_12m,
        round(scores.churn_probability * valued.expected_value_12m, 2) as value_at_risk,
        top_reasons.reason_1,
        top_reasons.reason_2,
        top_reasons.reason_3,
        scores.model_version
    from scores
    inner join valued
        on
            scores.customer_id = valued.customer_id
            and scores.as_of_date = valued.as_of_date
    inner join next_orders
        on
            scores.customer_id = next_orders.customer_id
            and scores.as_of_date = next_orders.as_of_date
    left join top_reasons
        on
            scores.customer_id = top_reasons.customer_id
            and scores.as_of_date = top_reasons.as_of_date

)

select * from warning
