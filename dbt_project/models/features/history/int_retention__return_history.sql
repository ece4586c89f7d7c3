-- One row per customer, as_of_date and line of which pieces had come back by then: the door to returns.
-- Purchases that came back whole are in it too; int_retention__order_line_history no longer shows them.
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
        purchase_lines.purchase_date,
        {{ days_between('purchase_lines.purchase_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        purchase_lines.pieces_count,
        purchase_lines.returned_pieces_count,
        coalesce(purchase_lines.undone_from_date <= spine.as_of_date, false) as is_undone
    from spine
    inner join purchase_lines
        on
            spine.customer_id = purchase_lines.customer_id
            and purchase_lines.purchase_date < spine.as_of_date
            and purchase_lines.known_from_date <= spine.as_of_date
            and purchase_lines.returned_from_date <= spine.as_of_date

)

select * from history
