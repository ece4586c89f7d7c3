-- One row per test date: how often did the 80 % interval of the next order hold?
-- Judged are customers whose interval has passed, or who have ordered, by the latest as_of_date; an open
-- interval holds unless the order came before it.
with next_orders as (

    select * from {{ ref('ml_next_order_dates') }}
    where split = 'test'

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

came as (

    select
        next_orders.customer_id,
        next_orders.as_of_date,
        min(purchases.purchase_date) as next_order_date
    from next_orders
    cross join today
    inner join purchases
        on
            next_orders.customer_id = purchases.customer_id
            and purchases.purchase_date >= next_orders.as_of_date
            and {{ known_at('purchases', 'today.as_of_date') }}
    group by next_orders.customer_id, next_orders.as_of_date

),

judged as (

    select
        next_orders.as_of_date,
        next_orders.expected_next_order_date,
        next_orders.next_order_until_date,
        came.next_order_date,
        case
            when came.next_order_date < next_orders.next_order_from_date then 0
            when came.next_order_date > next_orders.next_order_until_date then 0
            when came.next_order_date is not null then 1
            when next_orders.next_order_until_date < today.as_of_date then 0
            when next_orders.next_order_until_date is null then 1
        end as is_right
    from next_orders
    cross join today
    left join came
        on
            next_orders.customer_id = came.customer_id
            and next_orders.as_of_date = came.as_of_date
    where next_orders.next_order_from_date is not null

),

quality as (

    select
        as_of_date,
        cast(count(*) as integer) as customers_count,
        cast(count(is_right) as integer) as judged_customers_count,
        round(cast(sum(is_right) as double) / nullif(count(is_right), 0), 4) as coverage_share,
        round(cast(count(*) filter (where next_order_until_date is null) as double) / count(*), 4)
            as open_intervals_share,
        round(
            cast(sum(abs({{ days_between('expected_next_order_date', 'next_order_date') }})) as double)
            / nullif(count(next_order_date) filter (where expected_next_order_date is not null), 0), 2
        ) as absolute_error_days_avg
    from judged
    group by as_of_date

)

select * from quality
