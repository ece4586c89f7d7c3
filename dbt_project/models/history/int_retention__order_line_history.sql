-- One row per customer, as_of_date and line of a purchase known on as_of_date. Families read lines from here.
-- Lines have the versions of their purchase: the returned pieces are those known on as_of_date. It joins like
-- int_retention__order_history. int_retention__return_history starts from returns instead, because a purchase
-- that was returned completely has no lines here.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        purchase_lines.order_id,
        purchase_lines.product_id,
        purchase_lines.category,
        purchase_lines.purchase_date,
        {{ days_between('purchase_lines.purchase_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        purchase_lines.pieces_count,
        purchase_lines.net_amount,
        purchase_lines.discount_amount,
        purchase_lines.coupon_id,
        purchase_lines.returned_pieces_count
    from spine
    inner join purchase_lines
        on
            spine.customer_id = purchase_lines.customer_id
            and {{ known_at('purchase_lines', 'spine.as_of_date') }}

)

select * from history
