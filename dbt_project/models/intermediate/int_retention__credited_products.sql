-- One row per credit note of a product and purchase that it was matched to.
-- The note is matched to the order that it names, if the customer bought the product in it, or else to the
-- customer's newest earlier purchases of the product, piece by piece.
with notes as (

    select * from {{ ref('int_retention__credit_notes') }}
    where product_id is not null

),

products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

line_returns as (

    select * from {{ ref('int_retention__line_returns') }}

),

in_named_orders as (

    select
        notes.return_id,
        products.order_id,
        products.product_id as item,
        greatest(notes.known_from_date, products.known_from_date) as known_from_date,
        coalesce(notes.returned_quantity, products.pieces_count) as amount
    from notes
    inner join products
        on
            notes.customer_id = products.customer_id
            and notes.order_id = products.order_id
            and notes.product_id = products.product_id

),

purchases as (

    select
        customer_id,
        product_id as item,
        order_id,
        known_from_date,
        ordered_at,
        pieces_count as amount
    from products

),

taken as (

    select
        order_id,
        item,
        known_from_date,
        amount
    from in_named_orders
    union all
    select
        order_id,
        product_id as item,
        known_from_date,
        pieces_count as amount
    from line_returns

),

other_notes as (

    select
        notes.customer_id,
        notes.product_id as item,
        notes.return_id,
        notes.known_from_date,
        notes.returned_at,
        coalesce(notes.returned_quantity, 1) as amount
    from notes
    left join in_named_orders on notes.return_id = in_named_orders.return_id
    where in_named_orders.return_id is null

),

newest_first as (

    {{ newest_first_matches('purchases', 'taken', 'other_notes') | indent(4) }}

),

matched as (

    select
        return_id,
        order_id,
        amount as pieces_count
    from in_named_orders
    union all
    select
        return_id,
        order_id,
        amount as pieces_count
    from newest_first

),

{# The amount of the note by pieces, or else the share of what was paid. #}
credited_products as (

    select
        notes.return_id,
        matched.order_id,
        notes.product_id,
        greatest(notes.known_from_date, products.known_from_date) as known_from_date,
        matched.pieces_count,
        coalesce(
            notes.returned_amount * matched.pieces_count / coalesce(
                notes.returned_quantity,
                sum(matched.pieces_count) over (partition by notes.return_id)
            ),
            products.product_amount * matched.pieces_count / products.pieces_count
        ) as returned_amount
    from matched
    inner join notes on matched.return_id = notes.return_id
    inner join products
        on
            matched.order_id = products.order_id
            and notes.product_id = products.product_id

)

select * from credited_products
