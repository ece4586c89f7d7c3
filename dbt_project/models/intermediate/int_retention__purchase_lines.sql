-- One row per line of a purchase and version of it.
-- A version counts on every as_of_date from known_from_date to the day before undone_from_date. It ends when
-- pieces of the line, or the whole purchase, come back.
with placed_orders as (

    select * from {{ ref('int_retention__placed_orders') }}

),

line_versions as (

    select * from {{ ref('int_retention__line_versions') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

undone_orders as (

    select * from {{ ref('int_retention__order_returns') }}
    where is_whole

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
        line_versions.pieces_count,
        case
            when line_versions.returned_pieces_count > 0
                then
                    {{ rounded(
                        'line_versions.net_amount'
                        ~ ' * (line_versions.pieces_count - line_versions.returned_pieces_count)'
                        ~ ' / line_versions.pieces_count', 4
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
