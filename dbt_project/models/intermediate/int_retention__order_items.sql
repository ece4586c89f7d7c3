-- noqa: disable=ST11
-- One row per placed order and item in it (the var basket_item), with the number of pieces.
-- It has the dates between which its order counts.
with placed_orders as (

    select * from {{ ref('int_retention__placed_orders') }}

),

undone_orders as (

    select * from {{ ref('int_retention__order_returns') }}
    where is_whole

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

items as (

    select
        order_lines.order_id,
        {{ basket_item('order_lines', 'products') }} as item,
        {{ exact_sum('order_lines.quantity') }} as pieces_count
    from order_lines
    left join products on order_lines.product_id = products.product_id
    where {{ basket_item('order_lines', 'products') }} is not null
    group by order_lines.order_id, {{ basket_item('order_lines', 'products') }}

),

order_items as (

    select
        placed_orders.customer_id,
        placed_orders.order_id,
        placed_orders.ordered_at,
        placed_orders.purchase_date,
        placed_orders.known_from_date,
        undone_orders.known_from_date as undone_from_date,
        items.item,
        items.pieces_count
    from placed_orders
    inner join items on placed_orders.order_id = items.order_id
    left join undone_orders on placed_orders.order_id = undone_orders.order_id

)

select * from order_items
{{ clustered_by(['customer_id', 'item', 'order_id']) }}
