-- One row per order with more than basket_max_items items: how many of them int_retention__baskets left out.
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
