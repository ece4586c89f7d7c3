-- Two accepted lines of 9e11, and a thousand such orders, can be summed with any scale below 12.
{{ config(enabled=project_name == 'retention') }}

with orders as (

    select
        cast(order_number as double) as order_number,
        cast(1.8e12 as double) as order_amount
    from (values (1), (2), (3)) as listed (order_number) -- noqa: AL05

),

added as (

    select
        {{ exact_sum('order_amount') }} as amount,
        {{ exact_sum('order_amount', scale=6) }} as amount_of_averages,
        {{ exact_sum('order_amount', scale=9) }} as amount_of_rates,
        {{ exact_sum('1000 * order_amount') }} as amount_of_many
    from orders

)

select *
from added
where
    amount <> 5.4e12
    or amount_of_averages <> 5.4e12
    or amount_of_rates <> 5.4e12
    or amount_of_many <> 5.4e15
