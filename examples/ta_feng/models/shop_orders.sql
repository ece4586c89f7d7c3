-- One row per customer and day: orders of the input contract.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

orders as (

    select
        order_id,
        customer_id,
        ordered_at,
        'store' as channel,
        sum(line_amount) as order_amount
    from transactions
    where not is_held_out
    group by order_id, customer_id, ordered_at

)

select * from orders
