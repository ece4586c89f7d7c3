-- One row per line of a purchase with at least one piece in it, with its product's category.
-- It carries the mornings of its purchase, and the one from which its return is known.
with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

purchase_lines as (

    select
        purchases.customer_id,
        purchases.order_id,
        purchases.purchase_date,
        purchases.known_from_date,
        purchases.undone_from_date,
        order_lines.product_id,
        products.category,
        order_lines.quantity as pieces_count,
        order_lines.net_amount,
        order_lines.discount_amount,
        order_lines.coupon_id,
        coalesce(order_lines.returned_quantity, 0) as returned_pieces_count,
        case
            when order_lines.returned_quantity > 0
                then {{ first_morning_after('coalesce(order_lines.returned_at, purchases.ordered_at)') }}
        end as returned_from_date
    from purchases
    inner join order_lines
        on purchases.order_id = order_lines.order_id
    left join products
        on order_lines.product_id = products.product_id
    where order_lines.quantity > 0

)

select * from purchase_lines
{{ clustered_by(['customer_id', 'product_id', 'order_id']) }}
