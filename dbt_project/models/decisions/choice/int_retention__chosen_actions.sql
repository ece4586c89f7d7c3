-- noqa: disable=LT08
-- One row per customer with an action on the latest as_of_date. This is where an action is chosen.
-- Each customer gets one action or none, within budget and capacity, so that the total expected profit is
-- close to the largest possible.
-- Before: int_retention__action_eligibility (which actions a customer may get),
-- int_retention__action_candidates (what each would cost and earn), int_retention__choice_prices (what budget
-- and places are worth).
-- Greedy, in three passes: each customer without an action asks for the one with the largest surplus of
-- profit over price. Requests are granted in the order of profit per price, until a limit is reached. The
-- next pass hands out what is left.
-- Last, a hash draws the arms, so that they differ in nothing that the choice used.
{% set passes = 3 %}
{% set budget = setting('retention_budget') %}
{% set order = 'round(expected_profit / nullif(price, 0), 6) desc nulls first, '
    ~ 'expected_profit desc, customer_id asc' %}
{% set campaign = "weighed.action || '-' || cast(weighed.as_of_date as " ~ dbt.type_string() ~ ')' %}

with candidates as (

    select * from {{ ref('int_retention__action_candidates') }}
    where
        is_eligible
        and expected_profit > 0

),

actions as (

    select * from {{ ref('int_retention__actions') }}

),

prices as (

    select * from {{ ref('int_retention__choice_prices') }}

),

weighed as (

    select
        candidates.*,
        cast(candidates.expected_cost_amount as decimal(18, 6)) as cost,
        prices.budget_price * candidates.expected_cost_amount + prices.place_price as price
    from candidates
    inner join prices on candidates.action = prices.action

),

granted_0 as (

    select
        customer_id,
        action,
        cost
    from weighed
    where 1 = 0

),

{% for number in range(1, passes + 1) %}
    {# What is left of each action and of the budget; null = no limit. #}
    left_{{ number }} as (

        select
            actions.action,
            actions.capacity - count(granted.customer_id) as places_left,
            cast({{ 'null' if budget is none else budget }} as decimal(18, 6))
            - coalesce(sum(sum(granted.cost)) over (), 0) as budget_left
        from actions
        left join granted_{{ number - 1 }} as granted on actions.action = granted.action
        group by actions.action, actions.capacity

    ),

    wished_{{ number }} as (

        select
            weighed.*,
            remaining.places_left,
            remaining.budget_left
        from weighed
        inner join left_{{ number }} as remaining on weighed.action = remaining.action
        left join granted_{{ number - 1 }} as granted on weighed.customer_id = granted.customer_id
        where
            granted.customer_id is null
            and coalesce(remaining.places_left > 0, true)
            and coalesce(weighed.cost <= remaining.budget_left, true)
        qualify row_number() over (
            partition by weighed.customer_id
            order by round(weighed.expected_profit - weighed.price, 6) desc, weighed.action asc
        ) = 1

    ),

    placed_{{ number }} as (

        select * from wished_{{ number }}
        qualify coalesce(row_number() over (partition by action order by {{ order }}) <= places_left, true)

    ),

    granted_{{ number }} as (

        select * from granted_{{ number - 1 }}
        union all
        select
            customer_id,
            action,
            cost
        from placed_{{ number }}
        qualify coalesce(
            sum(cost) over (
                order by {{ order }}
                rows between unbounded preceding and current row
            ) <= budget_left, true
        )

    ),
{% endfor %}

chosen as (

    select
        weighed.customer_id,
        weighed.as_of_date,
        weighed.action,
        weighed.risk_tier,
        weighed.churn_probability,
        weighed.evidence,
        weighed.effect_rate,
        weighed.expected_cost_amount,
        weighed.expected_profit,
        {{ campaign }} as campaign_id,
        case
            when {{ is_held_out('weighed.customer_id', setting('control_share'), experiment=campaign) }}
                then 'control'
            else 'treatment'
        end as arm
    from weighed
    inner join granted_{{ passes }} as granted
        on
            weighed.customer_id = granted.customer_id
            and weighed.action = granted.action

)

select * from chosen
