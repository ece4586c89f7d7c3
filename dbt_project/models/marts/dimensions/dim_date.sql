-- One row per date from the first purchase to a year after the latest as_of_date.
-- metricflow's time spine, and the calendar of BI tools.
with today as (

    select * from {{ ref('int_retention__today') }}

),

{# Enough for a century of orders. #}
numbers as (

    {{ dbt.generate_series(36525) }}

),

dates as (

    select {{ days_from('today.first_purchase_date', 'cast(numbers.generated_number as integer) - 1') }}
            as date_day
    from today
    inner join numbers
        on numbers.generated_number
            <= {{ days_between('today.first_purchase_date', 'today.as_of_date') }} + 366

),

final as (

    select
        date_day,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(quarter from date_day) as integer) as quarter_number,
        cast(extract(month from date_day) as integer) as month_number,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast({{ weekday_number('date_day') }} as integer) as day_of_week,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start_date,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
        {{ weekday_number('date_day') }} >= 6 as is_weekend
    from dates

)

select * from final
