-- One row per as_of_date: score is the latest one, test the newest whose label window has closed, and train
-- are older ones, closed on or before the test date.
-- There is no test date on or before the date of the first purchase, because no customer would be eligible.
{% set interval_days = setting('snapshot_interval_days') %}
with shop as (

    select * from {{ ref('int_retention__today') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

today as (

    select
        shop.as_of_date,
        shop.first_purchase_date,
        horizon.churn_horizon_days,
        coalesce(
            {{ day_setting('earliest_training_date') }},
            {{ days_from('shop.first_purchase_date', setting('lookback_days')) }}
        ) as earliest_training_date
    from shop
    cross join horizon

),

test_day as (

    select
        as_of_date as score_date,
        first_purchase_date,
        churn_horizon_days,
        earliest_training_date,
        coalesce(
            {{ day_setting('test_date') }},
            {{ on_grid(days_from('as_of_date', '-churn_horizon_days')) }}
        ) as test_date
    from today

),

newest_training_day as (

    select
        score_date,
        first_purchase_date,
        churn_horizon_days,
        earliest_training_date,
        test_date,
        {% if setting('test_date') is none -%}
            {{ on_grid(days_from('test_date', '-churn_horizon_days')) }}
        {%- else -%}
            {{ days_from('test_date', '-churn_horizon_days') }}
        {%- endif %} as newest_training_date
    from test_day

),

training_days as (

    {% for number in range(setting('snapshot_count')) %}
        select
            {{ days_from('newest_training_date', -number * interval_days) }} as as_of_date,
            churn_horizon_days,
            earliest_training_date
        from newest_training_day
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

snapshots as (

    select
        as_of_date,
        churn_horizon_days,
        'train' as split
    from training_days
    where as_of_date >= earliest_training_date
    union all
    select
        test_date as as_of_date,
        churn_horizon_days,
        'test' as split
    from newest_training_day
    where
        {{ days_from('test_date', 'churn_horizon_days') }} <= score_date
        and test_date > first_purchase_date
    union all
    select
        score_date as as_of_date,
        churn_horizon_days,
        'score' as split
    from newest_training_day

),

with_window as (

    select
        as_of_date,
        split,
        {{ days_from('as_of_date', 'churn_horizon_days') }} as label_window_end_date
    from snapshots
    where as_of_date is not null

)

select * from with_window
