-- One row per date: how often did the 80 % interval of the next order hold?
-- The date is the newest one whose follow-up has passed by the latest as_of_date.
-- Judged are the customers who ordered within the follow-up, because the interval is for them.
with next_orders as (

    select * from {{ ref('ml_next_order_dates') }}

),

waits as (

    select * from {{ ref('ml_next_order_waits') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

judged as (

    select
        next_orders.*,
        case
            when waits.days_to_order is not null
                then {{ days_from('next_orders.as_of_date', 'waits.days_to_order') }}
        end as next_order_date
    from next_orders
    inner join today on next_orders.follow_up_end_date <= today.as_of_date
    inner join waits
        on
            next_orders.customer_id = waits.customer_id
            and next_orders.as_of_date = waits.as_of_date

),

quality as (

    select
        as_of_date,
        cast(count(*) as integer) as customers_count,
        cast(count(next_order_date) filter (where next_order_until_date is not null) as integer)
            as judged_customers_count,
        round(
            cast(
                count(*) filter (
                    where next_order_date between next_order_from_date and next_order_until_date
                ) as double
            ) / nullif(count(next_order_date) filter (where next_order_until_date is not null), 0), 4
        ) as coverage_share,
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
