-- One row per customer, as_of_date (latest, test) and source of an estimate: the factors that correct it.
-- They make the estimates of earlier dates, whose outcomes were known by then, right on average: actual over
-- expected spend of the shop on the newest of these dates, then of the band of orders and of the decile of
-- the estimate on all of them, each drawn towards 1. With the season, the factors are of an average season.
-- Twelve months bring year_growth times the spend of an average horizon: as the model or the naive rate has
-- it, corrected by the outcome of the longest window, and never more than an equal spend on each day.
{% set year_days = '365e0' %}

with estimates as (

    select * from {{ ref('ml_value_estimates') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

season as (

    select * from {{ ref('int_retention__season') }}

),

by_source as (

    {% for source in ['model', 'naive'] %}
        select
            '{{ source }}' as estimate_source,
            customer_id,
            as_of_date,
            orders_band,
            {{ source }}_value_horizon as horizon_amount,
            {{ source }}_value_12m as year_amount
        from estimates
        union all
    {% endfor %}
    select
        'regression' as estimate_source,
        scores.customer_id,
        scores.as_of_date,
        estimates.orders_band,
        scores.regression_value_horizon as horizon_amount,
        cast(null as double) as year_amount
    from scores
    inner join estimates
        on
            scores.customer_id = estimates.customer_id
            and scores.as_of_date = estimates.as_of_date

),

in_deciles as (

    select
        *,
        ntile(10) over (
            partition by estimate_source, as_of_date
            order by horizon_amount, customer_id
        ) as decile
    from by_source
    where horizon_amount is not null

),

known as (

    {{ _value_outcomes('in_deciles', 'labels', 'snapshots', 'season') | indent(4) }}

),

factors as (

    {{ _value_factors('known') | indent(4) }}

),

decided as (

    select
        in_deciles.*,
        coalesce(case when season.is_used then season.expected_index end, 1) as season_rate,
        {{ year_days }} / {{ days_between('snapshots.as_of_date', 'snapshots.label_window_end_date') }}
            as most_growth
    from in_deciles
    inner join snapshots on in_deciles.as_of_date = snapshots.as_of_date
    inner join season on in_deciles.as_of_date = season.as_of_date
    where snapshots.split in ('test', 'score')

),

corrections as (

    select
        decided.customer_id,
        decided.as_of_date,
        decided.estimate_source,
        decided.orders_band,
        cast(decided.decile as integer) as decile,
        decided.horizon_amount,
        decided.year_amount,
        decided.season_rate,
        coalesce(of_horizon.correction_factor, 1) as correction_factor,
        coalesce(of_growth.correction_factor, 1) as growth_factor,
        case
            when decided.year_amount is not null
                then round(
                    greatest(
                        least(
                            coalesce(decided.year_amount / nullif(decided.horizon_amount, 0), 1)
                            * coalesce(of_growth.correction_factor, 1), decided.most_growth
                        ), 1
                    ), 6
                )
        end as year_growth
    from decided
    {% for alias, span in {'of_horizon': 'horizon', 'of_growth': 'growth'}.items() %}
        left join factors as {{ alias }}
            on
                decided.as_of_date = {{ alias }}.as_of_date
                and decided.estimate_source = {{ alias }}.estimate_source
                and decided.orders_band = {{ alias }}.orders_band
                and decided.decile = {{ alias }}.decile
                and {{ alias }}.span = '{{ span }}'
    {% endfor %}

)

select * from corrections
