-- One row per as_of_date: how many times higher is the purchase rate than on the training dates together?
-- season_index compares customers with like histories (season_bands). What is expected of a date is the index
-- of 364 days before, times growth: the median change of the index over a year.
-- The season is used if that describes past dates better than no season, by more than one standard error.
{% set history_days = [setting('lookback_days'), 90] | min %}
{% set year_days = 364 %}

with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

windows as (

    select
        as_of_date,
        label_window_end_date,
        split = 'train' as is_training
    from snapshots
    union
    select
        {{ days_from('as_of_date', -year_days) }} as as_of_date,
        {{ days_from('label_window_end_date', -year_days) }} as label_window_end_date,
        false as is_training
    from snapshots

),

dates as (

    select
        windows.as_of_date,
        windows.label_window_end_date,
        bool_or(windows.is_training) as is_training
    from windows
    cross join today
    where
        windows.label_window_end_date <= today.as_of_date
        and {{ days_from('windows.as_of_date', -history_days) }} >= today.first_purchase_date
    group by windows.as_of_date, windows.label_window_end_date

),

bands as (

    {{ season_bands('dates', 'purchases', 'today', history_days) | indent(4) }}

),

rates as (

    {{ season_rates('bands') | indent(4) }}

),

measured as (

    select
        rates.as_of_date,
        rates.season_index,
        dates.label_window_end_date
    from rates
    inner join dates on rates.as_of_date = dates.as_of_date

),

of_two_years as (

    select
        snapshots.as_of_date,
        snapshots.split,
        measured.season_index,
        year_before.as_of_date as season_date,
        year_before.season_index as year_before_index
    from snapshots
    left join measured on snapshots.as_of_date = measured.as_of_date
    left join measured as year_before
        on
            year_before.as_of_date = {{ days_from('snapshots.as_of_date', -year_days) }}
            and year_before.label_window_end_date <= snapshots.as_of_date

),

growth as (

    select coalesce(exp(median(ln(season_index / year_before_index))), 1) as growth_factor
    from of_two_years
    where split = 'train'

),

expected as (

    select
        of_two_years.*,
        round(of_two_years.year_before_index * growth.growth_factor, 6) as expected_index
    from of_two_years
    cross join growth

),

verdict as (

    {{ season_verdict('bands', 'expected', history_days) | indent(4) }}

),

final as (

    select
        expected.as_of_date,
        expected.split,
        expected.season_index,
        expected.season_date,
        expected.expected_index,
        verdict.is_used,
        verdict.compared_dates_count,
        verdict.note
    from expected
    cross join verdict

)

select * from final
