-- One row per basket: orders of the input contract.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

orders as (

    select
        basket_id as order_id,
        household_id as customer_id,
        'store' as channel,
        min(transaction_timestamp) as ordered_at,
        cast(sum(cast(sales_value as decimal(18, 2))) as double) as order_amount,
        cast(sum(cast(retail_disc + coupon_disc + coupon_match_disc as decimal(18, 2))) as double)
            as discount_amount
    from transactions
    group by basket_id, household_id

)

select * from orders
