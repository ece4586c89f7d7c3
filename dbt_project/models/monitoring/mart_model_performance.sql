-- One row per model version, test date and metric: how good are the predictions on the test date?
-- Intervals: delete-a-group jackknife (int_retention__test_samples), Student's t with 19 degrees of freedom.
{% set t_975 = 2.093 %}

with samples as (

    select * from {{ ref('int_retention__test_samples') }}

),

ranking_metrics as (

    select * from {{ ref('int_retention__ranking_metrics') }}

),

calibration_metrics as (

    select * from {{ ref('int_retention__calibration_metrics') }}

),

counted as (

    select
        model_version,
        as_of_date,
        left_out_group,
        cast(count(*) as double) as customers,
        cast(sum(churned) as double) as churners,
        cast(count(*) filter (where is_predicted_churner and churned = 1) as double) as true_positives,
        cast(count(*) filter (where is_predicted_churner and churned = 0) as double) as false_positives,
        cast(count(*) filter (where not is_predicted_churner and churned = 1) as double) as false_negatives,
        {{ exact_sum('power(churn_probability - churned, 2)', scale=12) }} as squared_errors
    from samples
    group by model_version, as_of_date, left_out_group

),

figures as (

    select
        counted.model_version,
        counted.as_of_date,
        counted.left_out_group,
        counted.customers,
        counted.churners,
        (counted.customers - counted.false_positives - counted.false_negatives) / counted.customers
            as accuracy,
        coalesce(
            counted.true_positives / nullif(counted.true_positives + counted.false_positives, 0), 0
        ) as precision,
        counted.true_positives / nullif(counted.churners, 0) as recall,
        2 * counted.true_positives
        / nullif(2 * counted.true_positives + counted.false_positives + counted.false_negatives, 0) as f1,
        ranking_metrics.auc,
        ranking_metrics.average_precision,
        counted.squared_errors / counted.customers as brier,
        calibration_metrics.expected_calibration_error,
        calibration_metrics.expected_calibration_error_without_season,
        calibration_metrics.expected_calibration_error_with_season,
        ranking_metrics.lift_at_10_percent
    from counted
    inner join ranking_metrics
        on
            counted.model_version = ranking_metrics.model_version
            and counted.as_of_date = ranking_metrics.as_of_date
            and counted.left_out_group = ranking_metrics.left_out_group
    inner join calibration_metrics
        on
            counted.model_version = calibration_metrics.model_version
            and counted.as_of_date = calibration_metrics.as_of_date
            and counted.left_out_group = calibration_metrics.left_out_group

),

metrics as (

    select * from figures
    unpivot include nulls (metric_value for metric in (
        accuracy, precision, recall, f1, auc, average_precision, brier, expected_calibration_error,
        expected_calibration_error_without_season, expected_calibration_error_with_season, lift_at_10_percent
    ))

),

centres as (

    select
        model_version,
        as_of_date,
        metric,
        max(case when left_out_group = -1 then metric_value end) as metric_value,
        max(case when left_out_group = -1 then customers end) as customers,
        max(case when left_out_group = -1 then churners end) as churners,
        {{ exact_sum('metric_value', scale=12, condition='left_out_group >= 0') }}
        / count(*) filter (where left_out_group >= 0) as metric_centre
    from metrics
    group by model_version, as_of_date, metric

),

spreads as (

    select
        centres.model_version,
        centres.as_of_date,
        centres.metric,
        centres.metric_value,
        cast(centres.customers as integer) as customers_count,
        cast(centres.churners as integer) as churners_count,
        case
            when count(metrics.metric_value) = count(*)
                then {{ t_975 }} * sqrt(
                    {{ exact_sum('power(metrics.metric_value - centres.metric_centre, 2)', scale=15) }}
                    * (count(*) - 1) / count(*)
                )
        end as half_width
    from centres
    inner join metrics
        on
            centres.model_version = metrics.model_version
            and centres.as_of_date = metrics.as_of_date
            and centres.metric = metrics.metric
            and metrics.left_out_group >= 0
    group by all

),

performance as (

    select
        model_version,
        as_of_date,
        metric,
        round(metric_value, 6) as metric_value,
        round({{ held_within('metric_value - half_width', low=0) }}, 6) as lower_95,
        round(
            case
                when metric = 'lift_at_10_percent' then metric_value + half_width
                else {{ held_within('metric_value + half_width', high=1) }}
            end, 6
        ) as upper_95,
        customers_count,
        churners_count
    from spreads

)

select * from performance
