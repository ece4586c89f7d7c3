-- One row per purchase and version of it. This file defines what a purchase is:
--   1. its order is placed: the status is not one of void_order_statuses (int_retention__placed_orders);
--   2. it has at least one piece, if its lines are known (is_bought_line);
--   3. it counts until all of it has come back (int_retention__order_returns).
-- A version counts on every as_of_date from known_from_date to the day before undone_from_date (known_at). It
-- ends when something comes back. The next version is net of it; after a whole return there is none.
with orders as (

    select * from {{ ref('int_retention__placed_orders') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

order_returns as (

    select * from {{ ref('int_retention__order_returns') }}

),

line_totals as (

    select
        order_id,
        {{ exact_sum('quantity') }} as pieces_count,
        sum(case when {{ is_bought_line() }} then 1 else 0 end) as products_count,
        count(case when {{ is_bought_line() }} then coupon_id end) as coupons_count,
        {{ known_sum('net_amount', condition=is_bought_line()) }} as net_amount,
        {{ exact_sum('discount_amount', condition=is_bought_line()) }} as discount_amount
    from order_lines
    group by order_id

),

joined as (

    select
        orders.customer_id,
        orders.order_id,
        orders.ordered_at,
        orders.purchase_date,
        orders.known_from_date,
        orders.channel,
        line_totals.pieces_count,
        line_totals.products_count,
        line_totals.coupons_count,
        coalesce(orders.order_amount, line_totals.net_amount) as purchase_amount,
        coalesce(orders.discount_amount, line_totals.discount_amount, 0) as discount_amount
    from orders
    left join line_totals
        on orders.order_id = line_totals.order_id
    where coalesce(line_totals.pieces_count, 1) > 0

),

{# Version 1 is the purchase before any return. #}
versions as (

    select
        order_id,
        1 as version_number,
        cast(null as date) as known_from_date,
        known_from_date as undone_from_date,
        cast(0 as double) as returned_amount
    from order_returns
    where return_number = 1
    union all
    select
        order_id,
        return_number + 1 as version_number,
        known_from_date,
        next_from_date as undone_from_date,
        returned_amount
    from order_returns
    where not is_whole

),

purchases as (

    select
        joined.customer_id,
        joined.order_id,
        cast(coalesce(versions.version_number, 1) as integer) as version_number,
        joined.ordered_at,
        joined.purchase_date,
        coalesce(versions.known_from_date, joined.known_from_date) as known_from_date,
        versions.undone_from_date,
        joined.channel,
        joined.pieces_count,
        joined.products_count,
        joined.coupons_count,
        case
            when versions.returned_amount > 0 and joined.purchase_amount is not null
                then {{ rounded('greatest(joined.purchase_amount - versions.returned_amount, 0)', 4) }}
            else joined.purchase_amount
        end as purchase_amount,
        joined.discount_amount
    from joined
    left join versions on joined.order_id = versions.order_id

)

select * from purchases
{{ clustered_by(['customer_id', 'order_id']) }}
