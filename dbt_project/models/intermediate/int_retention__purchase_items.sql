-- noqa: disable=ST11
-- One row per purchase and item in it, by the var basket_item, however many lines name the item.
-- It carries the mornings between which its purchase counts.
with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

order_items as (

    select distinct
        order_lines.order_id,
        {{ basket_item('order_lines', 'products') }} as item
    from order_lines
    left join products on order_lines.product_id = products.product_id
    where order_lines.quantity > 0

),

purchase_items as (

    select
        purchases.customer_id,
        purchases.order_id,
        purchases.purchase_date,
        purchases.known_from_date,
        purchases.undone_from_date,
        order_items.item
    from purchases
    inner join order_items on purchases.order_id = order_items.order_id
    where order_items.item is not null

)

select * from purchase_items
{{ clustered_by(['customer_id', 'item', 'order_id']) }}
