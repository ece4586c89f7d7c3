-- One row: the champion of the churn model.
select
    model_version, version_number, candidate, churn_definition, churn_horizon_days, last_training_date, test_date,
    training_rows_count, features_count, trained_because
from mart_model_versions
where role = 'champion'
