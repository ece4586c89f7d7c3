-- One row per customer and as_of_date: number of orders in the 84 days before as_of_date.
-- The history holds only data that was known on as_of_date; days_ago is at least 1.
with spine as (

    select * from {{ ref(<scope>'int_retention__spine') }}

),

history as (

    select * from {{ ref(<scope>'int_retention__order_history') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        cast(count(*) filter (where days_ago <= 84) as double) as <name>_orders_count_84d
    from history
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        coalesce(counted.<name>_orders_count_84d, 0) as <name>_orders_count_84d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date

)

select * from final
