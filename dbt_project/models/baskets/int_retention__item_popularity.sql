-- noqa: disable=LT05
-- One row per purpose and item: how many customers bought it recently, and the mean of their decayed orders.
{% set recent_from = days_from('as_of_date', -setting('recommendation_active_days')) %}
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

customers as (

    select
        as_of_date,
        purpose,
        count(distinct customer_id) as customers_count,
        count(distinct case when is_active then customer_id end) as active_customers_count
    from customer_items
    group by as_of_date, purpose

),

items as (

    select
        as_of_date,
        purpose,
        item_code,
        count(*) as buyers_count,
        sum(case when last_order_date >= {{ recent_from }} then 1 else 0 end) as recent_buyers_count,
        {{ exact_sum('decayed_orders', scale=12) }} as decayed_orders
    from customer_items
    group by as_of_date, purpose, item_code

),

popularity as (

    select
        items.as_of_date,
        items.purpose,
        items.item_code,
        items.buyers_count,
        customers.customers_count,
        items.recent_buyers_count,
        items.recent_buyers_count
        >= {{ setting('recommendation_everyday_share') }} * customers.active_customers_count
            as is_everyday,
        items.decayed_orders / customers.customers_count as mean_decayed_orders,
        row_number() over (
            partition by items.purpose
            order by items.recent_buyers_count desc, items.item_code asc
        ) as popularity_rank,
        row_number() over (
            partition by items.purpose
            order by round(items.decayed_orders, 9) desc, items.item_code
        ) as prior_rank
    from items
    inner join customers
        on
            items.purpose = customers.purpose

)

select * from popularity
