-- noqa: disable=LT02
-- One row per as_of_date (today, test), source of an estimate and pair of bands: what its estimates are
-- multiplied by, so that on earlier dates, whose answers were known by then, they would have been right on
-- average. Actual over expected spend of a pair of bands, drawn towards the band of orders, that towards the
-- shop, and that towards 1, each as if by so many customers.
{% set prior_customers = 100 %}
{% set levels = {
    'shop': [],
    'orders': ['orders_band'],
    'pair': ['orders_band', 'known_band'],
} %}

with estimates as (

    select * from {{ ref('ml_value_estimates') }}

),

labels as (

    select * from {{ ref('int_retention__definition_labels') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}
    where split in ('test', 'score')

),

answered as (

    {% for source in ['model', 'naive'] %}
        select
            '{{ source }}' as estimate_source,
            estimates.as_of_date,
            labels.label_window_end_date,
            estimates.orders_band,
            estimates.known_band,
            count(*) as customers_count,
            {{ exact_sum('estimates.' ~ source ~ '_value_horizon') }} as expected_value,
            {{ exact_sum('labels.spend_in_horizon_amount') }} as actual_value
        from estimates
        inner join labels
            on
                estimates.customer_id = labels.customer_id
                and estimates.as_of_date = labels.as_of_date
        where
            estimates.{{ source }}_value_horizon is not null
            and labels.spend_in_horizon_amount is not null
        group by
            estimates.as_of_date,
            labels.label_window_end_date,
            estimates.orders_band,
            estimates.known_band
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    select
        snapshots.as_of_date,
        answered.estimate_source,
        answered.orders_band,
        answered.known_band,
        answered.customers_count,
        answered.expected_value,
        answered.actual_value
    from snapshots
    inner join answered on snapshots.as_of_date >= answered.label_window_end_date

),

{% for level, bands in levels.items() %}
    of_{{ level }} as (

        select
            as_of_date,
            estimate_source,
            {% for band in bands %}
                {{ band }},
            {% endfor %}
            cast(sum(customers_count) as double) as customers_count,
            {{ exact_sum('actual_value') }} / nullif({{ exact_sum('expected_value') }}, 0)
                as actual_to_expected
        from known
        group by as_of_date, estimate_source{% for band in bands %}, {{ band }}{% endfor %}

    ),
{% endfor %}

pairs as (

    {% for source in ['model', 'naive'] %}
        select distinct
            estimates.as_of_date,
            '{{ source }}' as estimate_source,
            estimates.orders_band,
            estimates.known_band
        from estimates
        inner join snapshots on estimates.as_of_date = snapshots.as_of_date
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

drawn_to_shop as (

    select
        pairs.as_of_date,
        pairs.estimate_source,
        pairs.orders_band,
        pairs.known_band,
        {% for level, bands in levels.items() %}
            coalesce(
                of_{{ level }}.customers_count / (of_{{ level }}.customers_count + {{ prior_customers }}), 0
            ) as weight_of_{{ level }},
            coalesce(of_{{ level }}.actual_to_expected, 1) as ratio_of_{{ level }}{{ ',' if not loop.last }}
        {% endfor %}
    from pairs
    {% for level, bands in levels.items() %}
        left join of_{{ level }}
            on
                pairs.as_of_date = of_{{ level }}.as_of_date
                and pairs.estimate_source = of_{{ level }}.estimate_source
                {% for band in bands %}
                    and pairs.{{ band }} = of_{{ level }}.{{ band }}
                {% endfor %}
    {% endfor %}

),

corrections as (

    select
        as_of_date,
        estimate_source,
        orders_band,
        known_band,
        round(
            weight_of_pair * ratio_of_pair
            + (1 - weight_of_pair) * (
                weight_of_orders * ratio_of_orders
                + (1 - weight_of_orders) * (weight_of_shop * ratio_of_shop + 1 - weight_of_shop)
            ), 6
        ) as correction_factor
    from drawn_to_shop

)

select * from corrections
