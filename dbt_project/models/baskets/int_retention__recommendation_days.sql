-- One row per purpose: the date for which items are recommended. today = the latest as_of_date; backtest = a
-- past date on which recommendations are evaluated. The backtest moves every recommendation_refresh_days
-- days, so that a daily build can keep its lists.
{% set cutoff = day_setting('recommendation_cutoff_date') %}
{% set test_days = setting('recommendation_test_days') %}
with today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

closed as (

    select {{ days_from('as_of_date', -test_days) }} as latest_date
    from today

),

backtest as (

    select
        coalesce(
            {{ cutoff }},
            {{ days_from(
                'latest_date',
                '-(' ~ days_between("cast('2000-01-01' as date)", 'latest_date')
                ~ ' % ' ~ setting('recommendation_refresh_days') ~ ')'
            ) }}
        ) as as_of_date
    from closed

),

days as (

    select
        as_of_date,
        'today' as purpose,
        cast(null as date) as test_window_end_date
    from today
    union all
    select
        as_of_date,
        'backtest' as purpose,
        {{ days_from('as_of_date', test_days) }} as test_window_end_date
    from backtest

)

select * from days
