-- One row per scored as_of_date: did more or fewer customers churn at this time of last year than on average?
-- Last year is the training date nearest to 364 days before, at most half a step of the date grid away.
{% set year_days = 364 %}

with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}
    where split in ('test', 'score')

),

labels as (

    select * from {{ ref('int_retention__labels') }}
    where split = 'train'

),

by_date as (

    select
        as_of_date,
        cast(count(*) filter (where is_churned) as double) as churners,
        cast(count(*) as double) as customers
    from labels
    group by as_of_date

),

average as (

    select
        sum(churners) as churners,
        sum(customers) as customers
    from by_date

),

apart as (

    select
        snapshots.as_of_date,
        by_date.as_of_date as season_date,
        by_date.churners,
        by_date.customers,
        abs(
            {{ days_between('by_date.as_of_date', 'snapshots.as_of_date') }} - {{ year_days }} -- noqa: LT05
        ) as days_off
    from snapshots
    cross join by_date

),

nearest as (

    select *
    from apart
    where 2 * days_off <= {{ setting('snapshot_interval_days') }}
    qualify row_number() over (
        partition by as_of_date
        order by days_off asc, season_date desc
    ) = 1

),

shifts as (

    select
        snapshots.as_of_date,
        nearest.season_date,
        {# Half a customer is added to both classes, so that no share is 0 or 1. #}
        coalesce(
            ln(
                (nearest.churners + 0.5) / (nearest.customers - nearest.churners + 0.5)
                / ((average.churners + 0.5) / (average.customers - average.churners + 0.5))
            ), 0
        ) as log_odds_shift
    from snapshots
    left join nearest on snapshots.as_of_date = nearest.as_of_date
    cross join average

)

select * from shifts
