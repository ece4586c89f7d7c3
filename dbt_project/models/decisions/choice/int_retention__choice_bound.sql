-- One row: the expected profit of the choice, and an upper bound of what any choice within the limits can
-- earn. For any prices of budget and places, the surpluses of all customers plus the worth of budget and
-- places is an upper bound (the dual of the linear programme).
{% set budget = 0 if setting('retention_budget') is none else setting('retention_budget') %}

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

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

surpluses as (

    select
        candidates.customer_id,
        max(
            candidates.expected_profit - prices.budget_price * candidates.expected_cost_amount
            - prices.place_price
        ) as surplus
    from candidates
    inner join prices on candidates.action = prices.action
    group by candidates.customer_id

),

total_surplus as (

    select {{ exact_sum('surplus', 6, 'surplus > 0') }} as surplus
    from surpluses

),

limits as (

    select
        coalesce(sum(prices.place_price * actions.capacity), 0)
        + coalesce(max(prices.budget_price) * cast({{ budget }} as double), 0) as worth
    from prices
    inner join actions on prices.action = actions.action

),

earned as (

    select
        count(*) as chosen_count,
        {{ exact_sum('expected_cost_amount', 6) }} as expected_cost_amount,
        {{ exact_sum('expected_profit', 6) }} as expected_profit
    from chosen

),

bound as (

    select
        earned.chosen_count,
        earned.expected_cost_amount,
        earned.expected_profit,
        round(total_surplus.surplus + limits.worth, 4) as expected_profit_bound,
        round(
            coalesce(1 - earned.expected_profit / nullif(total_surplus.surplus + limits.worth, 0), 0), 6
        ) as gap_share
    from earned
    cross join total_surplus
    cross join limits

)

select * from bound
