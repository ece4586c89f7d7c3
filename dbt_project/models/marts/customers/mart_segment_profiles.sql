-- One row per customer segment: how many customers does it have, how do they buy, and what is at risk?
with segments as (

    select * from {{ ref('ml_segment_names') }}

),

scores as (

    select * from {{ ref('ml_segment_scores') }}

),

features as (

    select * from {{ ref('ml_features') }}

),

warnings as (

    select * from {{ ref('ml_risk_tiers') }}

),

counted as (

    select
        scores.segment_number,
        scores.as_of_date,
        count(*) as customers_count,
        {{ exact_sum('features.days_since_last_order') }} as days_since_last_order_sum,
        {{ exact_sum('features.orders_count_364d') }} as orders_sum,
        count(features.spend_sum_364d) as customers_with_amount_count,
        {{ known_sum('features.spend_sum_364d') }} as spend_sum,
        case
            when count(warnings.customer_id) > 0 then {{ exact_sum('warnings.churn_probability', scale=6) }}
        end as expected_churners,
        {{ known_sum('warnings.value_at_risk') }} as value_at_risk
    from scores
    inner join features
        on
            scores.customer_id = features.customer_id
            and scores.as_of_date = features.as_of_date
    left join warnings
        on
            scores.customer_id = warnings.customer_id
            and scores.as_of_date = warnings.as_of_date
    group by scores.segment_number, scores.as_of_date

),

shown as (

    select
        *,
        -- A hidden segment does not follow from the total: then others are hidden too.
        case
            when {{ is_shown_group('customers_count', [], 'segment_number') }} then customers_count
            else 0
        end as shown_count
    from counted

),

profiles as (

    select
        segments.segment_number,
        segments.segment_name,
        segments.branch_path,
        segments.branch_distance,
        counted.as_of_date,
        {{ hide_small_group('counted.customers_count', 'counted.shown_count') }} as customers_count,
        {{ hide_small_group(
            'round(counted.customers_count / cast(sum(counted.customers_count) over () as double), 4)',
            'counted.shown_count'
        ) }} as customers_share,
        {{ hide_small_group(
            'round(counted.days_since_last_order_sum / counted.customers_count, 1)',
            'counted.shown_count'
        ) }} as days_since_last_order_avg,
        {{ hide_small_group(
            'round(counted.orders_sum / counted.customers_count, 1)',
            'counted.shown_count'
        ) }} as orders_avg_364d,
        {{ hide_small_group(
            'round(counted.spend_sum / counted.customers_with_amount_count, 2)',
            'least(counted.customers_with_amount_count, counted.shown_count)'
        ) }} as spend_amount_avg_364d,
        {{ hide_small_group(
            'round(counted.expected_churners / counted.customers_count, 4)',
            'counted.shown_count'
        ) }} as churn_probability_avg,
        {{ hide_small_group(
            'round(counted.value_at_risk, 2)',
            'counted.shown_count'
        ) }} as value_at_risk
    from segments
    left join shown as counted on segments.segment_number = counted.segment_number

),

percents as (

    select
        *,
        100 * churn_probability_avg as churn_percent
    from profiles

),

worded as (

    select
        percents.segment_number,
        percents.segment_name,
        {% set customers = '{customers_count customer|customers}; ' %}
        {% set last_order = 'last order {days_since_last_order_avg day|days} ago; ' %}
        {% set orders = customers ~ last_order ~ '{orders_avg_364d:1} orders in 364 days' %}
        {% set spend = orders ~ ', spend {spend_amount_avg_364d:2}' %}
        {% set risk = '; churn probability {churn_percent} %' %}
        coalesce(
            {{ sentence(spend ~ risk ~ ', value at risk {value_at_risk}', 'percents') }},
            {{ sentence(spend, 'percents') }},
            {{ sentence(orders ~ risk, 'percents') }},
            {{ sentence(orders, 'percents') }}
        ) as profile,
        percents.branch_path,
        percents.branch_distance,
        percents.as_of_date,
        percents.customers_count,
        percents.customers_share,
        percents.days_since_last_order_avg,
        percents.orders_avg_364d,
        percents.spend_amount_avg_364d,
        percents.churn_probability_avg,
        percents.value_at_risk
    from percents

)

select * from worded
