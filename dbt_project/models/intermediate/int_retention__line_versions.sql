-- One row per bought order line and version of it. The first version has all pieces of the line. Each later
-- one is net of the pieces that had come back by then.
-- Of two lines of one product in one order, the pieces of the first line are returned first.
{{ config(materialized='view') }}

with order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}
    where {{ is_bought_line() }}

),

returns as (

    select * from {{ ref('int_retention__returns') }}
    where pieces_count > 0

),

returned_on_dates as (

    select
        order_id,
        product_id,
        known_from_date,
        sum(pieces_count) as pieces_count
    from returns
    group by order_id, product_id, known_from_date

),

returned_until_dates as (

    select
        order_id,
        product_id,
        known_from_date,
        lead(known_from_date) over (
            partition by order_id, product_id
            order by known_from_date
        ) as until_date,
        sum(pieces_count) over (
            partition by order_id, product_id
            order by known_from_date
            rows between unbounded preceding and current row
        ) as returned_pieces_count
    from returned_on_dates

),

product_versions as (

    select
        order_id,
        product_id,
        cast(null as date) as known_from_date,
        min(known_from_date) as until_date,
        cast(0 as double) as returned_pieces_count
    from returned_on_dates
    group by order_id, product_id
    union all
    select
        order_id,
        product_id,
        known_from_date,
        until_date,
        returned_pieces_count
    from returned_until_dates

),

returned_products as (

    select distinct
        order_id,
        product_id
    from returned_on_dates

),

marked_lines as (

    select
        order_lines.*,
        returned_products.order_id is not null as has_returns
    from order_lines
    left join returned_products
        on
            order_lines.order_id = returned_products.order_id
            and order_lines.product_id = returned_products.product_id

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
        quantity as pieces_count,
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
        lines.order_id,
        lines.product_id,
        lines.quantity as pieces_count,
        lines.net_amount,
        lines.discount_amount,
        lines.coupon_id,
        versions.known_from_date,
        versions.until_date,
        least(
            lines.quantity, greatest(round(versions.returned_pieces_count - lines.pieces_before, 4), 0)
        ) as returned_pieces_count
    from returned_lines as lines
    inner join product_versions as versions
        on
            lines.order_id = versions.order_id
            and lines.product_id = versions.product_id

)

select * from line_versions
