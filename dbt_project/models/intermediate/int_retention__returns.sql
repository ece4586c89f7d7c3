-- One row per order, product, return date and known_from_date: what came back of the order.
-- Never more than was bought. What exceeds the purchase, or has no purchase, has no order_id.
with matched_returns as (

    select * from {{ ref('int_retention__matched_returns') }}

),

products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

orders as (

    select distinct
        order_id,
        cast(ordered_at as date) as purchase_date,
        purchase_amount
    from products

),

with_pieces_before as (

    select
        matched_returns.*,
        products.pieces_count as bought_pieces_count,
        coalesce(sum(matched_returns.pieces_count) over (
            partition by matched_returns.order_id, matched_returns.product_id
            order by matched_returns.known_from_date, matched_returns.return_date, matched_returns.return_id
            rows between unbounded preceding and 1 preceding
        ), 0) as pieces_before
    from matched_returns
    left join products
        on
            matched_returns.order_id = products.order_id
            and matched_returns.product_id = products.product_id

),

with_pieces_kept as (

    select
        *,
        case
            when pieces_count > 0
                then round(least(pieces_count, greatest(bought_pieces_count - pieces_before, 0)), 4)
            else 0
        end as kept_pieces_count
    from with_pieces_before

),

with_amount as (

    select
        with_pieces_kept.*,
        orders.purchase_date,
        orders.purchase_amount,
        case
            when pieces_count > 0 then returned_amount * kept_pieces_count / pieces_count
            else returned_amount
        end as amount
    from with_pieces_kept
    left join orders on with_pieces_kept.order_id = orders.order_id

),

with_amount_to_date as (

    select
        *,
        sum(amount) over (
            partition by order_id
            order by known_from_date, return_date, return_id, product_id
            rows between unbounded preceding and current row
        ) as amount_to_date
    from with_amount

),

with_amount_kept as (

    select
        *,
        case
            when order_id is null then 0
            else
                round(least(
                    amount,
                    greatest(coalesce(purchase_amount, amount_to_date) - (amount_to_date - amount), 0)
                ), 4)
        end as kept_amount
    from with_amount_to_date

),

split as (

    select
        customer_id,
        order_id,
        product_id,
        purchase_date,
        bought_pieces_count,
        return_date,
        known_from_date,
        kept_pieces_count as pieces_count,
        kept_amount as returned_amount
    from with_amount_kept
    where order_id is not null
    union all
    select
        customer_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        product_id,
        cast(null as date) as purchase_date,
        cast(null as double) as bought_pieces_count,
        return_date,
        known_from_date,
        0 as pieces_count,
        returned_amount - kept_amount as returned_amount
    from with_amount_kept
    where
        is_credit_note
        and round(returned_amount - kept_amount, 4) > 0

),

returns as (

    select
        customer_id,
        order_id,
        product_id,
        return_date,
        known_from_date,
        max(purchase_date) as purchase_date,
        max(bought_pieces_count) as bought_pieces_count,
        {{ exact_sum('pieces_count') }} as pieces_count,
        {{ known_sum('returned_amount') }} as returned_amount
    from split
    group by customer_id, order_id, product_id, return_date, known_from_date

)

select * from returns
