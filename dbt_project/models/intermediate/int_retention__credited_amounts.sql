-- One row per credit note without a product and purchase that it was matched to.
-- The note is matched to the order that it names, if it is one of the customer's, or else to the customer's
-- newest earlier purchases, by amount. What other returns took of a purchase is no longer there.
with notes as (

    select * from {{ ref('int_retention__credit_notes') }}
    where product_id is null

),

orders as (

    select distinct
        customer_id,
        order_id,
        ordered_at,
        known_from_date,
        purchase_amount
    from {{ ref('int_retention__returnable_products') }}

),

line_returns as (

    select * from {{ ref('int_retention__line_returns') }}

),

credited_products as (

    select * from {{ ref('int_retention__credited_products') }}

),

in_named_orders as (

    select
        notes.return_id,
        orders.order_id,
        greatest(notes.known_from_date, orders.known_from_date) as known_from_date,
        coalesce(notes.returned_amount, orders.purchase_amount) as returned_amount
    from notes
    inner join orders
        on
            notes.customer_id = orders.customer_id
            and notes.order_id = orders.order_id

),

purchases as (

    select
        customer_id,
        'amount' as item,
        order_id,
        known_from_date,
        ordered_at,
        purchase_amount as amount
    from orders
    where purchase_amount is not null

),

taken as (

    select
        order_id,
        'amount' as item,
        known_from_date,
        returned_amount as amount
    from credited_products
    union all
    select
        order_id,
        'amount' as item,
        known_from_date,
        returned_amount as amount
    from in_named_orders
    union all
    select
        order_id,
        'amount' as item,
        known_from_date,
        returned_amount as amount
    from line_returns

),

other_notes as (

    select
        notes.customer_id,
        'amount' as item,
        notes.return_id,
        notes.known_from_date,
        notes.returned_at,
        notes.returned_amount as amount
    from notes
    left join in_named_orders on notes.return_id = in_named_orders.return_id
    where in_named_orders.return_id is null

),

newest_first as (

    {{ newest_first_matches('purchases', 'taken', 'other_notes') | indent(4) }}

),

credited_amounts as (

    select
        return_id,
        order_id,
        known_from_date,
        returned_amount
    from in_named_orders
    union all
    select
        newest_first.return_id,
        newest_first.order_id,
        greatest(notes.known_from_date, orders.known_from_date) as known_from_date,
        newest_first.amount as returned_amount
    from newest_first
    inner join notes on newest_first.return_id = notes.return_id
    inner join orders on newest_first.order_id = orders.order_id

)

select * from credited_amounts
