-- One row per day of recommendations, customer and item: what was bought before that morning, recent
-- orders first.
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}

),

baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}
    where not is_left_out

),

history as (

    select
        recommendation_days.as_of_date,
        recommendation_days.purpose,
        baskets.customer_id,
        baskets.item_code,
        baskets.order_date,
        {{ days_between('baskets.order_date', 'recommendation_days.as_of_date') }} as days_ago -- noqa: LT05
    from baskets
    inner join items on baskets.item_code = items.item_code
    inner join recommendation_days
        on
            baskets.order_date < recommendation_days.as_of_date
            and baskets.known_from_date <= recommendation_days.as_of_date

),

customer_numbers as (

    select
        customer_id,
        cast(row_number() over (order by customer_id) as integer) as customer_number
    from baskets
    group by customer_id

),

customer_items as (

    select
        as_of_date,
        purpose,
        customer_id,
        item_code,
        count(*) as orders_count,
        max(order_date) as last_order_date,
        {{ exact_sum(
            'power(0.5, cast(days_ago as double) / ' ~ basket_var('recommendation_half_life_days') ~ ')', scale=12
        ) }} as decayed_orders
    from history
    group by as_of_date, purpose, customer_id, item_code

),

with_activity as (

    select
        customer_items.*,
        customer_numbers.customer_number,
        max(customer_items.last_order_date) over (
            partition by customer_items.purpose, customer_items.customer_id
        ) >= {{ days_from('customer_items.as_of_date', -basket_var('recommendation_active_days')) }} as is_active -- noqa: LT05
    from customer_items
    inner join customer_numbers on customer_items.customer_id = customer_numbers.customer_id

)

select * from with_activity
