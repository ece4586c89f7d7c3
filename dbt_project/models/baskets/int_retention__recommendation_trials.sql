-- One row per purpose and pair of a half-life and a prior weight: how many of the items that customers bought
-- in the test days before the as_of_date are among the ten with the highest scores, and which pair is used.
-- Another pair than the first is used where its recall is higher by the share least_gain.
{% set popular_items = 50 %}
{% set least_gain = 0.03 %}
{% set half_lives, weights = _recommendation_choices().values() %}
{% set is_first = 'half_life_days = ' ~ half_lives[0] ~ ' and prior_weight = ' ~ weights[0] %}
with interests as (

    select * from {{ ref('int_retention__past_interests') }}

),

weights as (

    {% for weight in weights %}
        select cast({{ weight }} as double) as prior_weight
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

customers as (

    select
        purpose,
        half_life_days,
        customer_id,
        sum(bought) as bought_count,
        count(*) over (partition by purpose, half_life_days) as customers_count
    from interests
    group by purpose, half_life_days, customer_id
    having sum(decayed_orders) > 0

),

items as (

    select
        purpose,
        half_life_days,
        item_code,
        {{ exact_sum('decayed_orders', scale=12) }} as decayed_orders
    from interests
    group by purpose, half_life_days, item_code

),

popular_items as (

    select * from items
    qualify row_number() over (
        partition by purpose, half_life_days
        order by round(decayed_orders, 9) desc, item_code asc
    ) <= {{ popular_items }}

),

{# The items of each customer, and the most popular ones, which may be the same. #}
candidates as (

    select * from interests
    union all
    select
        popular_items.purpose,
        popular_items.half_life_days,
        customers.customer_id,
        popular_items.item_code,
        cast(0 as double) as decayed_orders,
        0 as bought
    from popular_items
    inner join customers
        on
            popular_items.purpose = customers.purpose
            and popular_items.half_life_days = customers.half_life_days

),

scored as (

    select
        candidates.purpose,
        candidates.half_life_days,
        candidates.customer_id,
        candidates.item_code,
        max(candidates.decayed_orders) as decayed_orders,
        max(items.decayed_orders / customers.customers_count) as mean_decayed_orders,
        max(cast(candidates.bought as double) / customers.bought_count) as recall
    from candidates
    inner join items
        on
            candidates.purpose = items.purpose
            and candidates.half_life_days = items.half_life_days
            and candidates.item_code = items.item_code
    inner join customers
        on
            candidates.purpose = customers.purpose
            and candidates.half_life_days = customers.half_life_days
            and candidates.customer_id = customers.customer_id
    where customers.bought_count > 0
    group by candidates.purpose, candidates.half_life_days, candidates.customer_id, candidates.item_code

),

ranked as (

    select
        scored.*,
        weights.prior_weight,
        row_number() over (
            partition by scored.purpose, scored.half_life_days, weights.prior_weight, scored.customer_id
            order by
                round(scored.decayed_orders + weights.prior_weight * scored.mean_decayed_orders, 9) desc,
                scored.item_code asc
        ) as item_rank
    from scored
    cross join weights

),

recalls as (

    select
        purpose,
        half_life_days,
        prior_weight,
        round({{ exact_sum('recall', scale=12) }} / count(distinct customer_id), 9) as recall_at_10
    from ranked
    where item_rank <= 10
    group by purpose, half_life_days, prior_weight

),

chosen as (

    select
        *,
        row_number() over (
            partition by purpose
            order by
                recall_at_10 * case when {{ is_first }} then {{ 1 + least_gain }} else 1 end desc,
                half_life_days asc,
                prior_weight asc
        ) = 1 as is_chosen
    from recalls

)

select * from chosen
