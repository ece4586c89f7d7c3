-- noqa: disable=LT05
-- One row per purpose, half-life, customer and item: what the customer had bought recommendation_test_days
-- before the as_of_date, and whether the customer bought the item between then and the as_of_date.
-- On a sample of customers, to choose the half-life and the prior weight of scores.
{% set buckets = 4096 %}
{% set sample_customers = 2500 %}
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}

),

baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

customers as (

    select
        customer_id,
        {{ hash_bucket("'list ' || customer_id", buckets) }}
        < cast({{ buckets * sample_customers }} as double) / count(*) over () as is_sampled
    from baskets
    group by customer_id

),

half_lives as (

    {% for half_life in _recommendation_choices()['half_lives'] %}
        select {{ half_life }} as half_life_days
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# days_ago is 0 or less within the test days. #}
known_baskets as (

    select
        recommendation_days.purpose,
        baskets.customer_id,
        baskets.item_code,
        {{ days_between('baskets.order_date', 'recommendation_days.as_of_date') }}
        - {{ setting('recommendation_test_days') }} as days_ago
    from baskets
    inner join items on baskets.item_code = items.item_code
    inner join customers on baskets.customer_id = customers.customer_id
    inner join recommendation_days
        on
            baskets.order_date < recommendation_days.as_of_date
            and baskets.known_from_date <= recommendation_days.as_of_date
    where
        customers.is_sampled
        and not items.is_left_out

),

interests as (

    select
        known_baskets.purpose,
        half_lives.half_life_days,
        known_baskets.customer_id,
        known_baskets.item_code,
        {{ exact_sum(
            'power(0.5, known_baskets.days_ago / cast(half_lives.half_life_days as double))', scale=12,
            condition='known_baskets.days_ago > 0'
        ) }} as decayed_orders,
        max(case when known_baskets.days_ago <= 0 then 1 else 0 end) as bought
    from known_baskets
    cross join half_lives
    group by
        known_baskets.purpose, half_lives.half_life_days, known_baskets.customer_id, known_baskets.item_code

)

select * from interests
