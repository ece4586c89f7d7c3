-- One row per purpose: the date for which items are recommended. today = the latest as_of_date; backtest = a
-- past date on which recommendations are evaluated.
with today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

days as (

    select
        as_of_date,
        'today' as purpose,
        cast(null as date) as test_window_end_date
    from today
    union all
    select
        coalesce(
            {{ day_setting('recommendation_cutoff_date') }},
            {{ days_from('as_of_date', -setting('recommendation_test_days')) }}
        ) as as_of_date,
        'backtest' as purpose,
        coalesce(
            {{ days_from(day_setting('recommendation_cutoff_date'), setting('recommendation_test_days')) }},
            as_of_date
        ) as test_window_end_date
    from today

)

select * from days
