-- One row per order and product, for orders with a returned line and for customers with a credit note.
-- A return can be matched to these rows. Its value is the product's share of the amount of the order.
with placed_orders as (

    select * from {{ ref('int_retention__placed_orders') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}
    where {{ is_bought_line() }}

),

credited_customers as (

    select distinct customer_id from {{ ref('stg_retention__returns') }}

),

returned_orders as (

    select distinct order_id from order_lines
    where returned_quantity > 0

),

asked_orders as (

    select placed_orders.*
    from placed_orders
    left join credited_customers on placed_orders.customer_id = credited_customers.customer_id
    left join returned_orders on placed_orders.order_id = returned_orders.order_id
    where
        credited_customers.customer_id is not null
        or returned_orders.order_id is not null

),

bought as (

    select
        asked_orders.customer_id,
        asked_orders.order_id,
        asked_orders.ordered_at,
        asked_orders.known_from_date,
        asked_orders.order_amount,
        order_lines.product_id,
        {{ exact_sum('order_lines.quantity') }} as pieces_count,
        {{ known_sum('order_lines.net_amount') }} as net_amount
    from asked_orders
    left join order_lines on asked_orders.order_id = order_lines.order_id
    group by
        asked_orders.customer_id,
        asked_orders.order_id,
        asked_orders.ordered_at,
        asked_orders.known_from_date,
        asked_orders.order_amount,
        order_lines.product_id

),

{# Grouped, not a window: a window sum of doubles depends on the order of the rows. #}
order_totals as (

    select
        order_id,
        {{ known_sum('net_amount') }} as lines_amount,
        {{ exact_sum('pieces_count') }} as order_pieces_count
    from bought
    group by order_id

),

with_totals as (

    select
        bought.*,
        order_totals.lines_amount,
        order_totals.order_pieces_count
    from bought
    inner join order_totals on bought.order_id = order_totals.order_id

),

returnable_products as (

    select
        customer_id,
        order_id,
        ordered_at,
        known_from_date,
        product_id,
        pieces_count,
        round(coalesce(order_amount, lines_amount), 4) as purchase_amount,
        round(
            case
                when order_amount is null then net_amount
                when lines_amount > 0 then order_amount * net_amount / lines_amount
                when order_pieces_count > 0 then order_amount * pieces_count / order_pieces_count
            end, 4
        ) as product_amount
    from with_totals

)

select * from returnable_products
