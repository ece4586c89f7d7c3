-- One row per item: the number of orders with it, and of customers who bought it.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

totals as (

    select
        count(distinct order_id) as all_baskets_count,
        count(distinct customer_id) as all_customers_count
    from baskets

),

items as (

    select
        item_code,
        item,
        count(*) as baskets_count,
        count(distinct customer_id) as customers_count
    from baskets
    group by item_code, item

),

with_totals as (

    select
        items.item_code,
        items.item,
        items.baskets_count,
        items.customers_count,
        totals.all_baskets_count,
        totals.all_customers_count
    from items
    cross join totals

)

select * from with_totals
