-- noqa: disable=LT05,LT08
-- One row per customer of today who is to be contacted: by which action.
-- Greedy, in passes: every customer without an action asks for the one with most surplus over the prices of budget and places;
-- requests are granted by profit per unit of what they use, at these prices, until a limit is reached. The next pass hands
-- out what is left.
{% set passes = 3 %}
{% set budget = 'null' if setting('retention_budget') is none else setting('retention_budget') %}
{% set order = 'round(expected_profit / nullif(price, 0), 6) desc nulls first, expected_profit desc, customer_id asc' %}
{% set campaign = "action || '-' || cast(as_of_date as " ~ dbt.type_string() ~ ')' %}

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
        actions.capacity,
        prices.budget_price * candidates.expected_cost_amount + prices.place_price as price,
        cast({{ budget }} as decimal(18, 6)) as budget
    from candidates
    inner join actions on candidates.action = actions.action
    inner join prices on candidates.action = prices.action

),

granted_0 as (

    select
        customer_id,
        action,
        cast(expected_cost_amount as decimal(18, 6)) as cost
    from weighed
    where 1 = 0

),

{% for number in range(1, passes + 1) %}
    used_{{ number }} as (

        select
            action,
            count(*) as places_used
        from granted_{{ number - 1 }}
        group by action

    ),

    spent_{{ number }} as (

        select coalesce(sum(cost), 0) as spent from granted_{{ number - 1 }}

    ),

    wished_{{ number }} as (

        select
            weighed.customer_id,
            weighed.action,
            weighed.expected_profit,
            weighed.price,
            weighed.capacity - coalesce(used.places_used, 0) as places_left,
            weighed.budget - spent.spent as budget_left,
            cast(weighed.expected_cost_amount as decimal(18, 6)) as cost,
            row_number() over (
                partition by weighed.customer_id
                order by round(weighed.expected_profit - weighed.price, 6) desc, weighed.action asc
            ) as wish_number
        from weighed
        cross join spent_{{ number }} as spent
        left join used_{{ number }} as used on weighed.action = used.action
        left join granted_{{ number - 1 }} as granted on weighed.customer_id = granted.customer_id
        where
            granted.customer_id is null
            and coalesce(weighed.capacity > coalesce(used.places_used, 0), true)
            and coalesce(cast(weighed.expected_cost_amount as decimal(18, 6)) <= weighed.budget - spent.spent, true)

    ),

    placed_{{ number }} as (

        select
            *,
            row_number() over (
                partition by action
                order by {{ order }}
            ) as place_number
        from wished_{{ number }}
        where wish_number = 1

    ),

    afforded_{{ number }} as (

        select
            *,
            sum(cost) over (
                order by {{ order }}
                rows between unbounded preceding and current row
            ) as cost_so_far
        from placed_{{ number }}
        where coalesce(place_number <= places_left, true)

    ),

    granted_{{ number }} as (

        select
            customer_id,
            action,
            cost
        from granted_{{ number - 1 }}
        union all
        select
            customer_id,
            action,
            cost
        from afforded_{{ number }}
        where coalesce(cost_so_far <= budget_left, true)

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
        weighed.expected_profit
    from weighed
    inner join granted_{{ passes }} as granted
        on
            weighed.customer_id = granted.customer_id
            and weighed.action = granted.action

),

{# Arms are drawn after the choice, so that nothing the choice knows differs between them. #}
split_in_arms as (

    select
        *,
        {{ campaign }} as campaign_id,
        case
            when {{ is_held_out('customer_id', setting('control_share'), experiment=campaign) }} then 'control'
            else 'treatment'
        end as arm
    from chosen

)

select * from split_in_arms
