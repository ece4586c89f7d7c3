{# Query: expected and actual spend in the window of each label, as known on the test and the latest date.
   span: horizon, or growth: what the spend of the horizon let expect of the longest window.

   estimates: horizon_amount and year_amount per estimate_source, customer_id and as_of_date. labels: as
   int_retention__labels. snapshots, season: as their models. From the horizon to twelve months expected spend
   grows with a power of the days. A regression has the season in its estimate. #}
{% macro _value_outcomes(estimates, labels, snapshots, season) -%}
    {%- set year_days = '365e0' -%}
    {%- set horizon_days = 'cast(' ~ days_between(
        'snapshots.as_of_date', 'snapshots.label_window_end_date'
    ) ~ ' as double)' -%}
    with labelled as (

        select
            estimates.*,
            estimates.as_of_date as outcome_date,
            snapshots.label_window_end_date,
            labels.spend_in_horizon_amount,
            labels.spend_in_year_amount,
            labels.year_window_days,
            {{ horizon_days }} as horizon_days,
            case
                when not season.is_used or estimates.estimate_source = 'regression' then 1
                else coalesce(season.season_index, 1)
            end as season_rate,
            case
                when estimates.horizon_amount > 0 and {{ horizon_days }} < {{ year_days }}
                    then
                        ln(estimates.year_amount / estimates.horizon_amount)
                        / ln({{ year_days }} / {{ horizon_days }})
                else 1
            end as growth
        from {{ estimates }} as estimates
        inner join {{ labels }} as labels
            on
                estimates.customer_id = labels.customer_id
                and estimates.as_of_date = labels.as_of_date
        inner join {{ snapshots }} as snapshots on estimates.as_of_date = snapshots.as_of_date
        inner join {{ season }} as season on estimates.as_of_date = season.as_of_date

    )

    select
        decided.as_of_date,
        labelled.estimate_source,
        labelled.outcome_date,
        'horizon' as span,
        labelled.orders_band,
        labelled.decile,
        labelled.horizon_amount * labelled.season_rate as expected_amount,
        labelled.spend_in_horizon_amount as actual_amount
    from labelled
    inner join {{ snapshots }} as decided on labelled.label_window_end_date <= decided.as_of_date
    where decided.split in ('test', 'score') and labelled.spend_in_horizon_amount is not null
    union all
    select
        decided.as_of_date,
        labelled.estimate_source,
        labelled.outcome_date,
        'growth' as span,
        labelled.orders_band,
        labelled.decile,
        labelled.spend_in_horizon_amount / labelled.season_rate
        * power(labelled.year_window_days / labelled.horizon_days, labelled.growth) as expected_amount,
        labelled.spend_in_year_amount as actual_amount
    from labelled
    cross join {{ snapshots }} as decided
    where
        decided.split = 'score'
        and labelled.year_amount is not null
        and labelled.spend_in_horizon_amount is not null
        and labelled.spend_in_year_amount is not null
{%- endmacro %}
