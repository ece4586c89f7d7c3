-- One row per version of a purchase's line with at least one piece in it, with its product's category.
-- A version counts on the mornings from known_from_date until the day before undone_from_date. It ends where
-- pieces of the line come back, or the whole purchase does; the next one is net of them.
with placed_orders as (

    select * from {{ ref('int_retention__placed_orders') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}
    where quantity > 0

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

returns as (

    select * from {{ ref('int_retention__returns') }}
    where pieces_count > 0

),

undone_orders as (

    select * from {{ ref('int_retention__order_returns') }}
    where is_whole

),

{# By pieces of the product that came back until a morning; of two lines of it the first gives first. #}
returned_until as (

    select
        order_id,
        product_id,
        known_from_date,
        sum(pieces_count) as pieces_count
    from returns
    group by order_id, product_id, known_from_date

),

returned_products as (

    select
        order_id,
        product_id,
        known_from_date,
        lead(known_from_date) over (
            partition by order_id, product_id
            order by known_from_date
        ) as next_from_date,
        sum(pieces_count) over (
            partition by order_id, product_id
            order by known_from_date
            rows between unbounded preceding and current row
        ) as returned_pieces_count,
        row_number() over (
            partition by order_id, product_id
            order by known_from_date
        ) as return_number
    from returned_until

),

versions as (

    select
        order_id,
        product_id,
        cast(null as date) as known_from_date,
        known_from_date as until_date,
        cast(0 as double) as returned_pieces_count
    from returned_products
    where return_number = 1
    union all
    select
        order_id,
        product_id,
        known_from_date,
        next_from_date as until_date,
        returned_pieces_count
    from returned_products

),

returned_keys as (

    select distinct
        order_id,
        product_id
    from returned_until

),

marked_lines as (

    select
        order_lines.*,
        returned_keys.order_id is not null as has_returns
    from order_lines
    left join returned_keys
        on
            order_lines.order_id = returned_keys.order_id
            and order_lines.product_id = returned_keys.product_id

),

returned_lines as (

    select
        *,
        coalesce(sum(quantity) over (
            partition by order_id, product_id
            order by line_number, quantity, net_amount
            rows between unbounded preceding and 1 preceding
        ), 0) as pieces_before
    from marked_lines
    where has_returns

),

line_versions as (

    select
        order_id,
        product_id,
        quantity,
        net_amount,
        discount_amount,
        coupon_id,
        cast(null as date) as known_from_date,
        cast(null as date) as until_date,
        cast(0 as double) as returned_pieces_count
    from marked_lines
    where not has_returns
    union all
    select
        returned_lines.order_id,
        returned_lines.product_id,
        returned_lines.quantity,
        returned_lines.net_amount,
        returned_lines.discount_amount,
        returned_lines.coupon_id,
        versions.known_from_date,
        versions.until_date,
        least(
            returned_lines.quantity,
            greatest(round(versions.returned_pieces_count - returned_lines.pieces_before, 4), 0)
        ) as returned_pieces_count
    from returned_lines
    inner join versions
        on
            returned_lines.order_id = versions.order_id
            and returned_lines.product_id = versions.product_id

),

purchase_lines as (

    select
        placed_orders.customer_id,
        placed_orders.order_id,
        placed_orders.purchase_date,
        coalesce(line_versions.known_from_date, placed_orders.known_from_date) as known_from_date,
        least(line_versions.until_date, undone_orders.known_from_date) as undone_from_date,
        line_versions.product_id,
        products.category,
        line_versions.quantity as pieces_count,
        case
            when line_versions.returned_pieces_count > 0
                then
                    {{ rounded(
                        'line_versions.net_amount * (line_versions.quantity - line_versions.returned_pieces_count)'
                        ~ ' / line_versions.quantity', 4
                    ) }}
            else line_versions.net_amount
        end as net_amount,
        line_versions.discount_amount,
        line_versions.coupon_id,
        line_versions.returned_pieces_count
    from placed_orders
    inner join line_versions on placed_orders.order_id = line_versions.order_id
    left join undone_orders on placed_orders.order_id = undone_orders.order_id
    left join products on line_versions.product_id = products.product_id
    where coalesce(line_versions.known_from_date < undone_orders.known_from_date, true)

)

select * from purchase_lines
{{ clustered_by(['customer_id', 'product_id', 'order_id']) }}
