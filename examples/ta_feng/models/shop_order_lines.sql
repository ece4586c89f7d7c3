-- One row per order and product: order_lines of the input contract.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

order_lines as (

    select
        order_id,
        product_id,
        quantity,
        line_amount as net_amount
    from transactions
    where not is_held_out

)

select * from order_lines
