-- One row per basket and product: order_lines of the input contract.
-- Fuel is recorded in thousandths of a gallon, up to 89,638 per line: such a line counts as one piece.
-- Lines with quantity 0 (coupons, corrections) are kept; they are not purchases.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

order_lines as (

    select
        basket_id as order_id,
        product_id,
        case
            when is_fuel then least(quantity, 1)
            else quantity
        end as quantity,
        sales_value as net_amount,
        retail_disc + coupon_disc + coupon_match_disc as discount_amount
    from transactions

)

select * from order_lines
