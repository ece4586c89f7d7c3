-- One row per order, product, return date and known_from_date: pieces that came back by the order lines.
-- Without returned_at, the return date is the date of the order. A line returns at most its own pieces.
with returnable_products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

returned_lines as (

    select
        order_id,
        product_id,
        returned_at,
        least(returned_quantity, quantity) as pieces_count
    from {{ ref('stg_retention__order_lines') }}
    where
        {{ is_bought_line() }}
        and returned_quantity > 0

),

dated as (

    select
        products.customer_id,
        products.order_id,
        products.product_id,
        cast(coalesce(returned_lines.returned_at, products.ordered_at) as date) as return_date,
        greatest(
            {{ first_date_after('coalesce(returned_lines.returned_at, products.ordered_at)') }},
            products.known_from_date
        ) as known_from_date,
        returned_lines.pieces_count,
        products.product_amount * returned_lines.pieces_count / products.pieces_count as returned_amount
    from returned_lines
    inner join returnable_products as products
        on
            returned_lines.order_id = products.order_id
            and returned_lines.product_id = products.product_id

),

line_returns as (

    select
        customer_id,
        order_id,
        product_id,
        return_date,
        known_from_date,
        {{ exact_sum('pieces_count') }} as pieces_count,
        {{ known_sum('returned_amount') }} as returned_amount
    from dated
    group by customer_id, order_id, product_id, return_date, known_from_date

)

select * from line_returns
