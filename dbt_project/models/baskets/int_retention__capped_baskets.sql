-- One row per giant order: how many of its items int_retention__baskets left out by basket_max_items.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

counted as (

    select
        order_id,
        customer_id,
        order_date,
        ordered_items_count,
        count(*) as kept_items_count
    from baskets
    group by order_id, customer_id, order_date, ordered_items_count

),

capped as (

    select
        *,
        ordered_items_count - kept_items_count as left_out_items_count
    from counted
    where ordered_items_count > kept_items_count

)

select * from capped
