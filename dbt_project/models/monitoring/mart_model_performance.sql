-- One row per model version, test date and metric: how good the warnings were where the truth is known.
-- Intervals: delete-a-group jackknife over twenty random groups of customers (Kott 2001), t-distributed.
{% set groups_count = 20 %}
{% set t_975 = 2.093 %}
{% set ece_bins = 10 %}
{% set lift_share = 0.1 %}
{% set calibrations = {
    'churn_probability': 'gaps',
    'model_probability': 'gaps_without_season',
    'season_probability': 'gaps_with_season',
} %}

with scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'test'

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

judged as (

    select
        scores.model_version,
        scores.as_of_date,
        -- With the digits that are published, as in mart_realised_performance: ties are theirs.
        round(scores.churn_probability, 6) as churn_probability,
        scores.model_probability,
        scores.season_probability,
        scores.is_called_churner,
        case when labels.is_churned then 1 else 0 end as churned,
        {{ hash_bucket('scores.customer_id', groups_count) }} as customer_group
    from scores
    inner join labels
        on
            scores.customer_id = labels.customer_id
            and scores.as_of_date = labels.as_of_date

),

left_out as (

    {% for number in range(-1, groups_count) %}
        select {{ number }} as left_out_group{{ ' union all' if not loop.last }}
    {% endfor %}

),

samples as (

    select
        left_out.left_out_group,
        judged.*
    from judged
    cross join left_out
    where judged.customer_group <> left_out.left_out_group

),

totals as (

    select
        model_version,
        as_of_date,
        left_out_group,
        cast(count(*) as double) as customers,
        cast(sum(churned) as double) as churners,
        cast(count(*) filter (where is_called_churner and churned = 1) as double) as true_positives,
        cast(count(*) filter (where is_called_churner and churned = 0) as double) as false_positives,
        cast(count(*) filter (where not is_called_churner and churned = 1) as double) as false_negatives,
        {{ exact_sum('power(churn_probability - churned, 2)', scale=12) }} as squared_errors,
        floor({{ lift_share }} * count(*) + 0.5) as top_size
    from samples
    group by model_version, as_of_date, left_out_group

),

tied as (

    select
        model_version,
        as_of_date,
        left_out_group,
        churn_probability,
        cast(count(*) as double) as customers,
        cast(sum(churned) as double) as churners
    from samples
    group by model_version, as_of_date, left_out_group, churn_probability

),

cumulated as (

    select
        *,
        sum(customers) over (
            partition by model_version, as_of_date, left_out_group
            order by churn_probability desc
            rows between unbounded preceding and current row
        ) as customers_above,
        sum(churners) over (
            partition by model_version, as_of_date, left_out_group
            order by churn_probability desc
            rows between unbounded preceding and current row
        ) as churners_above
    from tied

),

ranked as (

    select
        cumulated.model_version,
        cumulated.as_of_date,
        cumulated.left_out_group,
        {{ exact_sum(
            '(cumulated.customers - cumulated.churners)'
            ~ ' * (cumulated.churners_above - cumulated.churners / 2)', scale=1
        ) }} as pairs_in_order,
        {{ exact_sum(
            'cumulated.churners * cumulated.churners_above / cumulated.customers_above', scale=9
        ) }} as precisions,
        {{ exact_sum(
            'greatest(0, least(cumulated.customers, totals.top_size'
            ~ ' - (cumulated.customers_above - cumulated.customers)))'
            ~ ' * cumulated.churners / cumulated.customers', scale=9
        ) }} as churners_in_top
    from cumulated
    inner join totals
        on
            cumulated.model_version = totals.model_version
            and cumulated.as_of_date = totals.as_of_date
            and cumulated.left_out_group = totals.left_out_group
    group by cumulated.model_version, cumulated.as_of_date, cumulated.left_out_group

),

{% for column, gaps in calibrations.items() %}
    binned_{{ gaps }} as (

        select
            model_version,
            as_of_date,
            left_out_group,
            least(floor({{ column }} * {{ ece_bins }}), {{ ece_bins - 1 }}) as probability_bin,
            abs({{ exact_sum(column ~ ' - churned', scale=12) }}) as gap
        from samples
        group by
            model_version,
            as_of_date,
            left_out_group,
            least(floor({{ column }} * {{ ece_bins }}), {{ ece_bins - 1 }})

    ),

    calibrated_{{ gaps }} as (

        select
            model_version,
            as_of_date,
            left_out_group,
            {{ exact_sum('gap', scale=12) }} as {{ gaps }}
        from binned_{{ gaps }}
        group by model_version, as_of_date, left_out_group

    ),

{% endfor %}
measured as (

    select
        totals.*,
        ranked.pairs_in_order,
        ranked.precisions,
        {% for gaps in calibrations.values() %}
            calibrated_{{ gaps }}.{{ gaps }},
        {% endfor %}
        ranked.churners_in_top
    from totals
    inner join ranked
        on
            totals.model_version = ranked.model_version
            and totals.as_of_date = ranked.as_of_date
            and totals.left_out_group = ranked.left_out_group
    {% for gaps in calibrations.values() %}
        inner join calibrated_{{ gaps }}
            on
                totals.model_version = calibrated_{{ gaps }}.model_version
                and totals.as_of_date = calibrated_{{ gaps }}.as_of_date
                and totals.left_out_group = calibrated_{{ gaps }}.left_out_group
    {% endfor %}

),

{% set metrics = {
    'accuracy': '(customers - false_positives - false_negatives) / customers',
    'precision': 'coalesce(true_positives / nullif(true_positives + false_positives, 0), 0)',
    'recall': 'true_positives / nullif(churners, 0)',
    'f1': '2 * true_positives / nullif(2 * true_positives + false_positives + false_negatives, 0)',
    'auc': 'pairs_in_order / nullif(churners * (customers - churners), 0)',
    'average_precision': 'precisions / nullif(churners, 0)',
    'brier': 'squared_errors / customers',
    'expected_calibration_error': 'gaps / customers',
    'expected_calibration_error_without_season': 'gaps_without_season / customers',
    'expected_calibration_error_with_season': 'gaps_with_season / customers',
    'lift_at_10_percent': 'churners_in_top / top_size / nullif(churners / customers, 0)',
} %}

figures as (

    select
        {% for metric, formula in metrics.items() %}
            {{ formula }} as {{ metric }},
        {% endfor %}
        model_version,
        as_of_date,
        left_out_group
    from measured

),

metrics as (

    select
        model_version,
        as_of_date,
        left_out_group,
        metric,
        metric_value
    from figures
    unpivot include nulls (metric_value for metric in ({{ metrics.keys() | join(', ') }}))

),

points as (

    select * from metrics
    where left_out_group = -1

),

centres as (

    select
        model_version,
        as_of_date,
        metric,
        {{ exact_sum('metric_value', scale=12) }} / count(*) as metric_centre
    from metrics
    where left_out_group >= 0
    group by model_version, as_of_date, metric

),

spreads as (

    select
        metrics.model_version,
        metrics.as_of_date,
        metrics.metric,
        case
            when count(metrics.metric_value) = count(*)
                then sqrt(
                    {{ exact_sum('power(metrics.metric_value - centres.metric_centre, 2)', scale=15) }}
                    * {{ groups_count - 1 }} / {{ groups_count }}
                )
        end as standard_error
    from metrics
    inner join centres
        on
            metrics.model_version = centres.model_version
            and metrics.as_of_date = centres.as_of_date
            and metrics.metric = centres.metric
    where metrics.left_out_group >= 0
    group by metrics.model_version, metrics.as_of_date, metrics.metric

),

performance as (

    select
        points.model_version,
        points.as_of_date,
        points.metric,
        round(points.metric_value, 6) as metric_value,
        {% set half_width = t_975 ~ ' * spreads.standard_error' %}
        round({{ held_within('points.metric_value - ' ~ half_width, low=0) }}, 6) as lower_95,
        round(
            case
                when points.metric = 'lift_at_10_percent' then points.metric_value + {{ half_width }}
                else {{ held_within('points.metric_value + ' ~ half_width, high=1) }}
            end, 6
        ) as upper_95,
        cast(totals.customers as integer) as customers_count,
        cast(totals.churners as integer) as churners_count
    from points
    inner join spreads
        on
            points.model_version = spreads.model_version
            and points.as_of_date = spreads.as_of_date
            and points.metric = spreads.metric
    inner join totals
        on
            points.model_version = totals.model_version
            and points.as_of_date = totals.as_of_date
            and points.left_out_group = totals.left_out_group

)

select * from performance
