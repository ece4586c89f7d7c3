-- One row per action (but none): the prices of a place in the action and of a unit of the budget. At these
-- prices, customers who each take the action with the largest surplus demand about as much as there is. They
-- are approximate dual variables of the linear programme; fit_choice_prices finds them on a sample of
-- customers.
{% set sample = setting('choice_sample_customers') %}
{% set budget = 'null' if setting('retention_budget') is none else setting('retention_budget') %}

with candidates as (

    select * from {{ ref('int_retention__action_candidates') }}
    where
        is_eligible
        and expected_profit > 0

),

actions as (

    select * from {{ ref('int_retention__actions') }}
    where action <> 'none'

),

counted as (

    select cast(count(distinct customer_id) as double) as customers_count
    from candidates

),

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

-- Arrays in place of rows: the function reads all candidates at once.
sample_arrays as (

    select
        cast(count(distinct customer_id) as double) as customers_count,
        array_agg(customer_id) as customers,
        array_agg(action) as actions,
        array_agg(expected_profit) as profits,
        array_agg(expected_cost_amount) as costs
    from sampled

),

-- Budget and places are scaled down like the customers.
limits as (

    select
        actions.action,
        cast({{ budget }} as double)
        * sample_arrays.customers_count / nullif(counted.customers_count, 0) as budget,
        coalesce(
            floor(actions.capacity * sample_arrays.customers_count / nullif(counted.customers_count, 0)),
            cast('infinity' as double)
        ) as places
    from actions
    cross join counted
    cross join sample_arrays

),

limit_arrays as (

    select
        array_agg(action) as actions,
        array_agg(places) as places
    from limits

),

fitted as (

    {% call function_rows() %}
        select
            limits.action,
            {{ fit_choice_prices(
                'limits.action', 'limits.budget', 'limit_arrays.actions', 'limit_arrays.places',
                'sample_arrays.customers', 'sample_arrays.actions', 'sample_arrays.profits',
                'sample_arrays.costs'
            ) }} as fitted_prices
        from limits
        cross join limit_arrays
        cross join sample_arrays
    {% endcall %}

),

prices as (

    select
        fitted.action,
        fitted_prices.place_price,
        fitted_prices.budget_price
    from fitted

)

select * from prices
