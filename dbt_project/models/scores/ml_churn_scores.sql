-- One row per customer and as_of_date: the champion's churn probability, today and on the test date.
with scoring_set as (

    select * from {{ ref('ml_scoring_set') }}

),

champion as (

    select * from {{ ref('ml_churn_model') }}
    where is_champion

),

scored as (

    select
        customer_id,
        as_of_date,
        split,
        {{ score('churn', 'scoring_set') }} as churn_probability
    from scoring_set

),

named as (

    select
        scored.customer_id,
        scored.as_of_date,
        scored.split,
        scored.churn_probability,
        scored.churn_probability >= champion.decision_threshold as is_called_churner,
        champion.model_version
    from scored
    cross join champion

)

select * from named
