-- One row per order_status that was met: how many orders have it, and whether they are purchases.
with orders as (

    select * from {{ ref('stg_retention__orders') }}

),

counted as (

    select
        order_status,
        not {{ is_void_order('order_status') }} as is_purchase,
        count(*) as orders_count
    from orders
    group by order_status

),

shares as (

    select
        order_status,
        is_purchase,
        orders_count,
        cast(orders_count as double) / sum(orders_count) over () as orders_share
    from counted

)

select * from shares
