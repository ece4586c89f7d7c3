-- noqa: disable=LT05
-- One row per date from the first purchase to a year after the latest as_of_date.
-- metricflow's time spine, and the calendar of BI tools.
with spans as (

    select
        first_purchase_date,
        {{ days_between('first_purchase_date', 'as_of_date') }} + 366 as days_count
    from {{ ref('int_retention__today') }}

),

{# Enough for a century of orders. #}
series as (

    {{ dbt.generate_series(36525) }}

),

numbers as (

    select cast(generated_number as integer) - 1 as day_number
    from series

),

dates as (

    select {{ days_from('spans.first_purchase_date', 'numbers.day_number') }} as date_day
    from spans
    inner join numbers on numbers.day_number < spans.days_count

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
