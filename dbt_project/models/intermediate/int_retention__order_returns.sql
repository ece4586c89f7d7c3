-- One row per order and as_of_date on which a return of it is first known: all that had come back by then.
-- The whole order has come back with its last piece, or with its last cent if amounts are credited.
with returns as (

    select * from {{ ref('int_retention__returns') }}
    where order_id is not null

),

products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

orders as (

    select
        order_id,
        {{ exact_sum('pieces_count') }} as pieces_count,
        max(purchase_amount) as purchase_amount
    from products
    group by order_id

),

daily as (

    select
        order_id,
        known_from_date,
        sum(pieces_count) as pieces_count,
        coalesce(sum(returned_amount), 0) as returned_amount,
        max(case when product_id is null then 1 else 0 end) as has_credit
    from returns
    group by order_id, known_from_date

),

to_date as (

    select
        order_id,
        known_from_date,
        round(sum(pieces_count) over (
            partition by order_id
            order by known_from_date
            rows between unbounded preceding and current row
        ), 4) as pieces_count,
        round(sum(returned_amount) over (
            partition by order_id
            order by known_from_date
            rows between unbounded preceding and current row
        ), 4) as returned_amount,
        max(has_credit) over (
            partition by order_id
            order by known_from_date
            rows between unbounded preceding and current row
        ) as has_credit
    from daily

),

judged as (

    select
        to_date.order_id,
        to_date.known_from_date,
        to_date.pieces_count,
        to_date.returned_amount,
        (orders.pieces_count > 0 and to_date.pieces_count >= orders.pieces_count)
        or coalesce(
            to_date.has_credit = 1
            and orders.purchase_amount > 0
            and to_date.returned_amount >= orders.purchase_amount,
            false
        ) as is_whole
    from to_date
    inner join orders on to_date.order_id = orders.order_id

),

{# Returns after the whole order came back do not count. #}
numbered as (

    select
        *,
        cast(row_number() over (
            partition by order_id
            order by known_from_date
        ) as integer) as return_number,
        sum(case when is_whole then 1 else 0 end) over (
            partition by order_id
            order by known_from_date
            rows between unbounded preceding and current row
        ) as whole_count
    from judged

),

order_returns as (

    select
        order_id,
        return_number,
        known_from_date,
        lead(known_from_date) over (
            partition by order_id
            order by known_from_date
        ) as next_from_date,
        pieces_count,
        returned_amount,
        is_whole
    from numbered
    where
        whole_count = 0
        or (whole_count = 1 and is_whole)

)

select * from order_returns
