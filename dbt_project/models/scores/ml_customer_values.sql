-- One row per customer and as_of_date (latest and test date): expected orders and spend.
-- Within the horizon and within twelve months. Orders are by MBG/NBD, spend by the method that the backtest
-- chose. A customer without an amount that the method needs gets the value of the model.
with spine as (

    select * from {{ ref('int_retention__spine') }}
    where split in ('test', 'score')

),

estimates as (

    select * from {{ ref('ml_value_estimates') }}

),

candidates as (

    select * from {{ ref('ml_value_candidates') }}

),

methods as (

    select * from {{ ref('ml_value_methods') }}
    where is_chosen

),

customer_values as (

    select
        spine.customer_id,
        spine.as_of_date,
        spine.split,
        estimates.expected_orders_horizon,
        estimates.expected_orders_12m,
        estimates.expected_order_amount,
        methods.method as value_method,
        coalesce(candidates.value_horizon, estimates.model_value_horizon) as expected_value_horizon,
        coalesce(candidates.value_12m, estimates.model_value_12m) as expected_value_12m
    from spine
    inner join estimates
        on
            spine.customer_id = estimates.customer_id
            and spine.as_of_date = estimates.as_of_date
    cross join methods
    left join candidates
        on
            spine.customer_id = candidates.customer_id
            and spine.as_of_date = candidates.as_of_date
            and methods.method = candidates.method

)

select * from customer_values
