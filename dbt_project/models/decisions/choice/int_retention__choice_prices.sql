-- noqa: disable=LT05,LT08
-- One row per action: what a unit of the budget and a place in the action are worth, so that customers who weigh their
-- profits against these prices ask for about as much as there is (the duals of the linear programme, about).
-- Each round corrects them. A place costs what the first customer without one would gain by it, half of the way at a
-- time. The budget begins at the profit per unit of cost at which it ends, and then gets dearer by as much as is
-- asked for more than there is.
{% set rounds = 16 %}
{% set budget_step = 0.7 %}
{% set sample = number_var('choice_sample_customers', 100, 1e9, whole=true) %}
{% set granted = 'coalesce(place_number <= places, true)' %}
{% set budget = 'null' if var('retention_budget') is none else number_var('retention_budget', 0, 1e15) %}

with candidates as (

    select * from {{ ref('int_retention__action_candidates') }}
    where
        is_eligible
        and expected_profit > 0

),

actions as (

    select * from {{ ref('int_retention__actions') }}

),

counted as (

    select cast(count(distinct customer_id) as double) as customers_count
    from candidates

),

{# Prices follow from a sample; what there is is cut down like the customers. #}
sampled as (

    select
        candidates.customer_id,
        candidates.action,
        candidates.expected_profit,
        candidates.expected_cost_amount
    from candidates
    cross join counted
    where
        counted.customers_count <= {{ sample }}
        or {{ hash_bucket('candidates.customer_id', 1000000) }} < 1e6 * {{ sample }} / counted.customers_count

),

sample_counted as (

    select cast(count(distinct customer_id) as double) as sample_customers_count
    from sampled

),

prices_0 as (

    select
        actions.action,
        floor(
            actions.capacity * sample_counted.sample_customers_count / nullif(counted.customers_count, 0)
        ) as places,
        cast({{ budget }} as double)
        * sample_counted.sample_customers_count / nullif(counted.customers_count, 0) as budget,
        cast(0 as double) as place_price,
        cast(0 as double) as budget_price
    from actions
    cross join counted
    cross join sample_counted
    where actions.action <> 'none'

),

{% for round in range(1, rounds + 1) %}
    weighed_{{ round }} as (

        select
            prices.*,
            sampled.customer_id,
            sampled.expected_profit,
            sampled.expected_cost_amount,
            sampled.expected_profit - prices.budget_price * sampled.expected_cost_amount
            - prices.place_price as surplus
        from prices_{{ round - 1 }} as prices
        left join sampled on prices.action = sampled.action

    ),

    ordered_{{ round }} as (

        select
            *,
            row_number() over (
                partition by customer_id
                order by round(surplus, 9) desc, action asc
            ) as choice_rank,
            max(surplus) over (partition by customer_id) as best_surplus
        from weighed_{{ round }}

    ),

    compared_{{ round }} as (

        select
            *,
            max(case when choice_rank = 2 then surplus end) over (partition by customer_id) as next_surplus
        from ordered_{{ round }}

    ),

    gained_{{ round }} as (

        select
            *,
            surplus + place_price
            - greatest(coalesce(case when choice_rank = 1 then next_surplus else best_surplus end, 0), 0) as gain,
            case
                when choice_rank = 1 then (expected_profit - place_price) / nullif(expected_cost_amount, 0)
            end as profit_per_cost
        from compared_{{ round }}

    ),

    queued_{{ round }} as (

        select
            *,
            row_number() over (
                partition by action
                order by round(gain, 9) desc nulls last, customer_id asc
            ) as place_number{% if round == 1 %},
            sum(case when choice_rank = 1 then cast(expected_cost_amount as decimal(18, 6)) end) over (
                order by round(profit_per_cost, 9) desc nulls last, customer_id asc, action asc
                rows between unbounded preceding and current row
            ) as cost_so_far{% endif %}

        from gained_{{ round }}

    ),

    asked_{{ round }} as (

        select
            action,
            places,
            budget,
            place_price,
            budget_price,
            coalesce(max(case when place_number = places + 1 then greatest(gain, 0) end), 0) as place_worth,
            {% if round == 1 %}
                max(case when cost_so_far > budget then greatest(profit_per_cost, 0) end) as budget_worth,
            {% endif %}
            {{ exact_sum('expected_cost_amount', 6, 'choice_rank = 1 and surplus > 0 and ' ~ granted) }} as cost_asked
        from queued_{{ round }}
        group by action, places, budget, place_price, budget_price

    ),

    prices_{{ round }} as (

        select
            action,
            places,
            budget,
            round((place_price + place_worth) / 2, 9) as place_price,
            {% if round == 1 %}
                round(coalesce(max(budget_worth) over (), 0), 9) as budget_price
            {% else %}
                round(budget_price * coalesce(power(sum(cost_asked) over () / nullif(budget, 0), {{ budget_step }}), 0), 9) as budget_price
            {% endif %}
        from asked_{{ round }}

    ),
{% endfor %}

prices as (

    select
        action,
        place_price,
        budget_price
    from prices_{{ rounds }}

)

select * from prices
