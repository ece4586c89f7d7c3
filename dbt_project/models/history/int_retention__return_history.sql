-- One row per customer, as_of_date and product of a purchase of which returned pieces were known on
-- as_of_date.
-- It starts from returns, not from lines: a purchase that was returned completely is no longer visible in
-- int_retention__order_line_history, but its returned pieces must count.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

returns as (

    select * from {{ ref('int_retention__returns') }}
    where
        order_id is not null
        and pieces_count > 0

),

undone_orders as (

    select * from {{ ref('int_retention__order_returns') }}
    where is_whole

),

returned as (

    select
        spine.customer_id,
        spine.as_of_date,
        returns.order_id,
        returns.product_id,
        returns.purchase_date,
        max(returns.bought_pieces_count) as pieces_count,
        {{ exact_sum('returns.pieces_count') }} as returned_pieces_count
    from spine
    inner join returns
        on
            spine.customer_id = returns.customer_id
            and spine.as_of_date >= returns.known_from_date
    group by
        spine.customer_id, spine.as_of_date, returns.order_id, returns.product_id, returns.purchase_date

),

history as (

    select
        returned.customer_id,
        returned.as_of_date,
        returned.order_id,
        returned.product_id,
        returned.purchase_date,
        {{ days_between('returned.purchase_date', 'returned.as_of_date') }} as days_ago, -- noqa: LT05
        returned.pieces_count,
        returned.returned_pieces_count,
        coalesce(undone_orders.known_from_date <= returned.as_of_date, false) as is_undone
    from returned
    left join undone_orders on returned.order_id = undone_orders.order_id

)

select * from history
