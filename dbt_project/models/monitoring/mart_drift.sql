-- One row per feature, and one for the churn probability itself: do today's customers look like those that
-- the model learned from? The probability is compared with the test date's.
with feature_drift as (

    select * from {{ ref('ml_feature_drift') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

figures as (

    select
        'score' as subject,
        'churn_probability' as name,
        case when split = 'score' then 'today' else 'reference' end as side,
        round(churn_probability, 6) as figure
    from scores

),

{{ drift_ctes() }},

both_kinds as (

    select * from feature_drift
    union all
    select * from drift

)

select * from both_kinds
