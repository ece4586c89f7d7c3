-- One row per published version of the churn model: its role, and why and on which data it was trained.
with versions as (

    select * from {{ ref('ml_churn_versions') }}

),

described as (

    select
        model_version,
        cast(version_number as integer) as version_number,
        role,
        trained_because,
        candidate,
        churn_definition,
        cast(churn_horizon_days as integer) as churn_horizon_days,
        last_training_date,
        test_date,
        cast(training_rows_count as integer) as training_rows_count,
        cast(features_count as integer) as features_count,
        round(test_auc, 6) as test_auc,
        round(test_auc_lower_95, 6) as test_auc_lower_95,
        round(test_auc_upper_95, 6) as test_auc_upper_95
    from versions

)

select * from described
