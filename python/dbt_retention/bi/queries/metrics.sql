-- One row per metric that the report shows, on customers of the test date.
select metric, metric_value, lower_95, upper_95, as_of_date, customers_count, churners_count, model_version
from mart_model_performance
where
    metric in (
        'auc', 'average_precision', 'brier', 'expected_calibration_error', 'lift_at_10_percent', 'precision', 'recall'
    )
order by list_position(
    ['auc', 'average_precision', 'lift_at_10_percent', 'precision', 'recall', 'brier', 'expected_calibration_error'],
    metric
)
