-- One row per credit note and purchase that it was matched to; what finds no purchase has no order_id.
-- A note goes to the order that it names, or else to the customer's newest earlier purchases of its product,
-- piece by piece; without a product it goes by amount.
{% set unit = '10000' %}

with notes as (

    select
        return_id,
        customer_id,
        returned_at,
        return_date,
        order_id,
        -- A credit for no piece is one of an amount.
        case when returned_quantity = 0 then null else product_id end as product_id,
        returned_quantity,
        returned_amount,
        {{ _seen_from('returned_at', 'loaded_at') }} as known_from_date
    from {{ ref('stg_retention__returns') }}

),

products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

line_returns as (

    select * from {{ ref('int_retention__line_returns') }}

),

orders as (

    select distinct
        customer_id,
        order_id,
        ordered_at,
        known_from_date,
        purchase_amount
    from products

),

{# Of the order that the note names, if it is one of the customer's with this product in it. #}
named_products as (

    select
        notes.return_id,
        products.order_id,
        products.product_id,
        notes.customer_id,
        greatest(notes.known_from_date, products.known_from_date) as known_from_date,
        coalesce(notes.returned_quantity, products.pieces_count) as pieces_count
    from notes
    inner join products
        on
            notes.customer_id = products.customer_id
            and notes.order_id = products.order_id
            and notes.product_id = products.product_id

),

known_taken as (

    select
        order_id,
        product_id,
        known_from_date,
        pieces_count
    from named_products
    union all
    select
        order_id,
        product_id,
        known_from_date,
        pieces_count
    from line_returns

),

product_notes as (

    select
        notes.return_id,
        notes.customer_id,
        notes.product_id as item,
        notes.known_from_date,
        notes.returned_at,
        cast(round(coalesce(notes.returned_quantity, 1) * {{ unit }}) as bigint) as units
    from notes
    left join named_products on notes.return_id = named_products.return_id
    where
        notes.product_id is not null
        and named_products.return_id is null

),

{# What had come back otherwise when the first note after the purchase was known is no longer there. #}
credited_products as (

    select
        products.customer_id,
        products.order_id,
        products.product_id,
        products.ordered_at,
        products.known_from_date,
        products.pieces_count,
        min(product_notes.known_from_date) as first_note_date
    from products
    inner join product_notes
        on
            products.customer_id = product_notes.customer_id
            and products.product_id = product_notes.item
            and products.known_from_date <= product_notes.known_from_date
    group by
        products.customer_id,
        products.order_id,
        products.product_id,
        products.ordered_at,
        products.known_from_date,
        products.pieces_count

),

product_purchases as (

    select
        credited_products.customer_id,
        credited_products.product_id as item,
        credited_products.order_id,
        credited_products.known_from_date,
        credited_products.ordered_at,
        cast(round(
            (credited_products.pieces_count - {{ exact_sum('coalesce(known_taken.pieces_count, 0)') }})
            * {{ unit }}
        ) as bigint) as units
    from credited_products
    left join known_taken
        on
            credited_products.order_id = known_taken.order_id
            and credited_products.product_id = known_taken.product_id
            and credited_products.first_note_date >= known_taken.known_from_date
    group by
        credited_products.customer_id,
        credited_products.product_id,
        credited_products.order_id,
        credited_products.known_from_date,
        credited_products.ordered_at,
        credited_products.pieces_count

),

{{ _newest_first_ctes('product', 'product_purchases', 'product_notes') }},

matched_products as (

    select
        return_id,
        order_id,
        pieces_count
    from named_products
    union all
    select
        return_id,
        order_id,
        units / {{ unit }} as pieces_count
    from product_matches

),

{# The note's own amount, or else the same share of what was paid. #}
valued_products as (

    select
        notes.return_id,
        matched_products.order_id,
        notes.product_id,
        greatest(notes.known_from_date, products.known_from_date) as known_from_date,
        matched_products.pieces_count,
        coalesce(
            notes.returned_amount * matched_products.pieces_count
            / coalesce(
                notes.returned_quantity,
                sum(matched_products.pieces_count) over (partition by notes.return_id)
            ),
            products.product_amount * matched_products.pieces_count / products.pieces_count
        ) as returned_amount
    from matched_products
    inner join notes on matched_products.return_id = notes.return_id
    inner join products
        on
            matched_products.order_id = products.order_id
            and notes.product_id = products.product_id

),

named_orders as (

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
    where notes.product_id is null

),

amount_notes as (

    select
        notes.return_id,
        notes.customer_id,
        'amount' as item,
        notes.known_from_date,
        notes.returned_at,
        cast(round(notes.returned_amount * {{ unit }}) as bigint) as units
    from notes
    left join named_orders on notes.return_id = named_orders.return_id
    where
        notes.product_id is null
        and named_orders.return_id is null

),

amounts_taken as (

    select
        order_id,
        known_from_date,
        returned_amount
    from valued_products
    union all
    select
        order_id,
        known_from_date,
        returned_amount
    from named_orders
    union all
    select
        order_id,
        known_from_date,
        returned_amount
    from line_returns

),

credited_orders as (

    select
        orders.customer_id,
        orders.order_id,
        orders.ordered_at,
        orders.known_from_date,
        orders.purchase_amount,
        min(amount_notes.known_from_date) as first_note_date
    from orders
    inner join amount_notes
        on
            orders.customer_id = amount_notes.customer_id
            and orders.known_from_date <= amount_notes.known_from_date
    where orders.purchase_amount is not null
    group by
        orders.customer_id, orders.order_id, orders.ordered_at, orders.known_from_date, orders.purchase_amount

),

amount_purchases as (

    select
        credited_orders.customer_id,
        'amount' as item,
        credited_orders.order_id,
        credited_orders.known_from_date,
        credited_orders.ordered_at,
        cast(round(
            (credited_orders.purchase_amount - {{ exact_sum('coalesce(amounts_taken.returned_amount, 0)') }})
            * {{ unit }}
        ) as bigint) as units
    from credited_orders
    left join amounts_taken
        on
            credited_orders.order_id = amounts_taken.order_id
            and credited_orders.first_note_date >= amounts_taken.known_from_date
    group by
        credited_orders.customer_id,
        credited_orders.order_id,
        credited_orders.known_from_date,
        credited_orders.ordered_at,
        credited_orders.purchase_amount

),

{{ _newest_first_ctes('amount', 'amount_purchases', 'amount_notes') }},

matched as (

    select
        return_id,
        order_id,
        product_id,
        known_from_date,
        pieces_count,
        returned_amount
    from valued_products
    union all
    select
        return_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        known_from_date,
        0 as pieces_count,
        returned_amount
    from named_orders
    union all
    select
        amount_matches.return_id,
        amount_matches.order_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        greatest(notes.known_from_date, orders.known_from_date) as known_from_date,
        0 as pieces_count,
        amount_matches.units / {{ unit }} as returned_amount
    from amount_matches
    inner join notes on amount_matches.return_id = notes.return_id
    inner join orders on amount_matches.order_id = orders.order_id

),

found as (

    select
        return_id,
        {{ exact_sum('pieces_count') }} as pieces_count,
        {{ exact_sum('returned_amount') }} as returned_amount
    from matched
    group by return_id

),

all_matches as (

    select
        matched.return_id,
        notes.customer_id,
        notes.return_date,
        matched.known_from_date,
        matched.order_id,
        matched.product_id,
        matched.pieces_count,
        round(matched.returned_amount, 4) as returned_amount
    from matched
    inner join notes on matched.return_id = notes.return_id
    union all
    select
        notes.return_id,
        notes.customer_id,
        notes.return_date,
        notes.known_from_date,
        cast(null as {{ dbt.type_string() }}) as order_id,
        notes.product_id,
        0 as pieces_count,
        round(notes.returned_amount - coalesce(found.returned_amount, 0), 4) as returned_amount
    from notes
    left join found on notes.return_id = found.return_id
    where round(notes.returned_amount - coalesce(found.returned_amount, 0), 4) > 0

)

select * from all_matches
