-- One row per condition of training: is there enough history, and enough churned and retained customers?
{% set min_buyers = setting('min_buyers') %}
{% set min_history_days = setting('min_history_days') %}
{% set min_churners = setting('min_training_churners') %}
{% set text = dbt.type_string() %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

classes as (

    select
        count(*) filter (where split = 'train' and is_churned) as churned_count,
        count(*) filter (where split = 'train' and not is_churned) as stayed_count,
        least(
            count(*) filter (where split = 'test' and is_churned),
            count(*) filter (where split = 'test' and not is_churned)
        ) as smaller_test_class_count
    from labels

),

folds as (

    select count(distinct later_dates.as_of_date) as validation_dates_count
    from snapshots as later_dates
    inner join snapshots as closed_dates
        on closed_dates.label_window_end_date <= later_dates.as_of_date
    where
        later_dates.split = 'train'
        and closed_dates.split = 'train'

),

season as (

    select * from {{ ref('int_retention__season') }}
    where split = 'score'

),

conditions as (

    select
        'buyers' as subject,
        buyers_count as measured_value,
        {{ min_buyers }} as needed_value,
        'customers with a purchase' as unit_text,
        'map older orders, or wait for more customers; the threshold is the var min_buyers' as remedy_text
    from today
    union all
    select
        'history_days' as subject,
        history_days as measured_value,
        {{ min_history_days }} as needed_value,
        'days from the first purchase to the latest as_of_date' as unit_text,
        'map older orders, or wait; the threshold is the var min_history_days' as remedy_text
    from today
    union all
    select
        'churned_in_training' as subject,
        churned_count as measured_value,
        {{ min_churners }} as needed_value,
        'churned training rows' as unit_text,
        'more customers or dates, or a smaller churn_horizon_days; the threshold is the var '
        || 'min_training_churners' as remedy_text
    from classes
    union all
    select
        'stayed_in_training' as subject,
        stayed_count as measured_value,
        {{ min_churners }} as needed_value,
        'retained training rows' as unit_text,
        'more customers or dates, or a larger churn_horizon_days; the threshold is the var '
        || 'min_training_churners' as remedy_text
    from classes
    union all
    select
        'validation_dates' as subject,
        validation_dates_count as measured_value,
        1 as needed_value,
        'training dates with an earlier closed label window' as unit_text,
        'more history, or a smaller churn_horizon_days or lookback_days' as remedy_text
    from folds
    union all
    select
        'test_answers' as subject,
        smaller_test_class_count as measured_value,
        1 as needed_value,
        'customers in the smaller class (churned or retained) of the test date' as unit_text,
        'more history or customers, or another churn_horizon_days' as remedy_text
    from classes
    union all
    select
        'season' as subject,
        compared_dates_count as measured_value,
        {{ 0 if setting('churn_prior_shift') == 'none' else 3 }} as needed_value,
        'training dates with a label window 364 days before' as unit_text,
        'map older orders, or wait for a second year; or set the var churn_prior_shift to none' as remedy_text
    from season

),

readiness as (

    select
        'training' as subject_type,
        subject,
        case
            when measured_value >= needed_value then 'present'
            when measured_value = 0 then 'missing'
            else 'thin'
        end as status,
        cast(null as double) as coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        cast(measured_value as double) as measured_value,
        cast(needed_value as double) as needed_value,
        case
            when measured_value < needed_value
                then
                    case
                        when subject = 'season' then 'probabilities do not follow the season: '
                        else 'no model is trained: '
                    end || cast(measured_value as {{ text }}) || ' ' || unit_text
                    || ', at least ' || cast(needed_value as {{ text }}) || ' needed'
        end as what_it_costs,
        case when measured_value < needed_value then remedy_text end as what_to_do
    from conditions

)

select * from readiness
