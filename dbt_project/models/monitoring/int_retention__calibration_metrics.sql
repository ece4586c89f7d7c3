-- One row per model version, test date and left-out group: expected calibration errors.
-- The mean gap between predicted and observed churn rate over ten bins of equal width, weighted by customers.
{% set bins = 10 %}

with samples as (

    select * from {{ ref('int_retention__test_samples') }}

),

probabilities as (

    select
        model_version,
        as_of_date,
        left_out_group,
        churned,
        probability_name,
        probability
    from samples
    unpivot (
        probability for probability_name in (churn_probability, model_probability, season_probability)
    )

),

binned as (

    select
        model_version,
        as_of_date,
        left_out_group,
        probability_name,
        least(floor(probability * {{ bins }}), {{ bins - 1 }}) as probability_bin,
        count(*) as customers,
        abs({{ exact_sum('probability - churned', scale=12) }}) as gap
    from probabilities
    group by
        model_version,
        as_of_date,
        left_out_group,
        probability_name,
        least(floor(probability * {{ bins }}), {{ bins - 1 }})

),

errors as (

    select
        model_version,
        as_of_date,
        left_out_group,
        probability_name,
        {{ exact_sum('gap', scale=12) }} / sum(customers) as calibration_error
    from binned
    group by model_version, as_of_date, left_out_group, probability_name

),

metrics as (

    select
        model_version,
        as_of_date,
        left_out_group,
        max(case when probability_name = 'churn_probability' then calibration_error end)
            as expected_calibration_error,
        max(case when probability_name = 'model_probability' then calibration_error end)
            as expected_calibration_error_without_season,
        max(case when probability_name = 'season_probability' then calibration_error end)
            as expected_calibration_error_with_season
    from errors
    group by model_version, as_of_date, left_out_group

)

select * from metrics
