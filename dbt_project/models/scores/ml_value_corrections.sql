-- One row per as_of_date (latest, test), source of an estimate and pair of bands: its correction factor.
-- The factor makes the estimates of earlier dates, whose outcomes were known by then, right on average: the
-- actual over the expected spend of a pair of bands, shrunk to that of its band of orders, that to the
-- shop's, and that to 1, each with the weight of a hundred customers.
{% set prior_customers = 100 %}

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

by_source as (

    {% for source in ['model', 'naive'] %}
        select
            '{{ source }}' as estimate_source,
            customer_id,
            as_of_date,
            orders_band,
            known_band,
            {{ source }}_value_horizon as expected_amount
        from estimates
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    select
        snapshots.as_of_date,
        by_source.estimate_source,
        by_source.orders_band,
        by_source.known_band,
        count(*) as customers_count,
        {{ exact_sum('by_source.expected_amount') }} as expected_amount,
        {{ exact_sum('labels.spend_in_horizon_amount') }} as actual_amount
    from by_source
    inner join labels
        on
            by_source.customer_id = labels.customer_id
            and by_source.as_of_date = labels.as_of_date
    inner join snapshots on labels.label_window_end_date <= snapshots.as_of_date
    where by_source.expected_amount is not null and labels.spend_in_horizon_amount is not null
    group by snapshots.as_of_date, by_source.estimate_source, by_source.orders_band, by_source.known_band

),

{# How many customers each level has, and their actual over their expected spend. #}
{% set levels = {
    'shop': ['as_of_date', 'estimate_source'],
    'orders': ['as_of_date', 'estimate_source', 'orders_band'],
    'pair': ['as_of_date', 'estimate_source', 'orders_band', 'known_band'],
} %}
{% for level, keys in levels.items() %}
    of_{{ level }} as (

        select
            {{ keys | join(', ') }},
            cast(sum(customers_count) as double) / (sum(customers_count) + {{ prior_customers }}) as weight,
            {{ exact_sum('actual_amount') }} / nullif({{ exact_sum('expected_amount') }}, 0) as ratio
        from known
        group by {{ keys | join(', ') }}

    ),

{% endfor %}
pairs as (

    select distinct
        by_source.as_of_date,
        by_source.estimate_source,
        by_source.orders_band,
        by_source.known_band
    from by_source
    inner join snapshots on by_source.as_of_date = snapshots.as_of_date

),

weighted as (

    select
        pairs.*,
        coalesce(of_shop.weight, 0) as weight_of_shop,
        coalesce(of_orders.weight, 0) as weight_of_orders,
        coalesce(of_pair.weight, 0) as weight_of_pair,
        coalesce(of_shop.ratio, 1) as ratio_of_shop,
        coalesce(of_orders.ratio, 1) as ratio_of_orders,
        coalesce(of_pair.ratio, 1) as ratio_of_pair
    from pairs
    left join of_shop
        on
            pairs.as_of_date = of_shop.as_of_date
            and pairs.estimate_source = of_shop.estimate_source
    left join of_orders
        on
            pairs.as_of_date = of_orders.as_of_date
            and pairs.estimate_source = of_orders.estimate_source
            and pairs.orders_band = of_orders.orders_band
    left join of_pair
        on
            pairs.as_of_date = of_pair.as_of_date
            and pairs.estimate_source = of_pair.estimate_source
            and pairs.orders_band = of_pair.orders_band
            and pairs.known_band = of_pair.known_band

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
    from weighted

)

select * from corrections
