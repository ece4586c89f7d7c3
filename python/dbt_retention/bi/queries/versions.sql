-- One row per version of the churn model, the newest first.
select
    version_number, model_version, role, candidate, test_date, training_rows_count, features_count, test_auc,
    test_auc_lower_95, test_auc_upper_95, trained_because
from mart_model_versions
order by version_number desc
