-- One row per feature, and one for the churn probability: has the distribution moved since training?
-- Features are compared with the training dates, the churn probability with the test date.
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

score_drift as (

    {{ population_drift('figures') | indent(4) }}

),

final as (

    select
        subject,
        name,
        population_stability_index,
        drift_status,
        reference_null_share,
        today_null_share,
        reference_rows_count,
        today_rows_count
    from feature_drift
    union all
    select
        subject,
        name,
        population_stability_index,
        drift_status,
        reference_null_share,
        today_null_share,
        reference_rows_count,
        today_rows_count
    from score_drift

)

select * from final
