-- One row per customer, as_of_date and purchase known on as_of_date. Feature families read orders from here.
-- The rule of time (macro known_at) is applied here, so a family cannot read later data.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        purchases.order_id,
        purchases.ordered_at,
        purchases.purchase_date,
        {{ days_between('purchases.purchase_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        purchases.purchase_amount,
        purchases.discount_amount,
        purchases.pieces_count,
        purchases.products_count,
        purchases.coupons_count
    from spine
    inner join purchases
        on
            spine.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'spine.as_of_date') }}

)

select * from history
