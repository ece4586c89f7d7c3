-- One row per day of recommendations, customer and item: what was bought before that morning, recent
-- orders first.
{% set buckets = 4096 %}
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}

),

baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

item_names as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

items as (

    select * from item_names
    where not is_left_out

),

today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

{# Orders that have come back whole by today are in no basket, but were there on earlier days. #}
undone_items as (

    select order_items.*
    from {{ ref('int_retention__order_items') }} as order_items
    inner join today on order_items.undone_from_date <= today.as_of_date
    {% if setting('basket_window_days') is not none %}
        where order_items.purchase_date >= {{ days_from('today.as_of_date', -setting('basket_window_days')) }}
    {% endif %}

),

known_baskets as (

    select
        customer_id,
        item_code,
        order_date as purchase_date,
        known_from_date,
        cast(null as date) as undone_from_date
    from baskets
    union all
    select
        undone_items.customer_id,
        item_names.item_code,
        undone_items.purchase_date,
        undone_items.known_from_date,
        undone_items.undone_from_date
    from undone_items
    inner join item_names on undone_items.item = item_names.item

),

history as (

    select
        recommendation_days.as_of_date,
        recommendation_days.purpose,
        known_baskets.customer_id,
        known_baskets.item_code,
        known_baskets.purchase_date as order_date,
        {{ days_between('known_baskets.purchase_date', 'recommendation_days.as_of_date') }} as days_ago -- noqa: LT05
    from known_baskets
    inner join recommendation_days
        on {{ known_at('known_baskets', 'recommendation_days.as_of_date') }}

),

customer_numbers as (

    select
        customer_id,
        cast(row_number() over (order by customer_id) as integer) as customer_number
    from known_baskets
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
            'power(0.5, cast(days_ago as double) / ' ~ setting('recommendation_half_life_days') ~ ')', scale=12
        ) }} as decayed_orders
    from history
    group by as_of_date, purpose, customer_id, item_code

),

{# Whatever was bought tells who is active, also what is never recommended. #}
customers as (

    select
        as_of_date,
        purpose,
        customer_id,
        max(last_order_date) as last_order_date
    from customer_items
    group by as_of_date, purpose, customer_id

),

active_customers as (

    select
        purpose,
        customer_id,
        {{ hash_bucket("'list ' || customer_id", buckets) }} as sample_bucket
    from customers
    where last_order_date >= {{ days_from('as_of_date', -setting('recommendation_active_days')) }}

),

sizes as (

    select
        purpose,
        cast(count(*) as double) as customers_count
    from active_customers
    group by purpose

),

{# All who are active get lists today; how good lists are is told by a sample of them, where they are many. #}
listed_customers as (

    select
        active_customers.purpose,
        active_customers.customer_id
    from active_customers
    inner join sizes on active_customers.purpose = sizes.purpose
    where
        active_customers.purpose = 'today'
        or active_customers.sample_bucket
        < {{ buckets * setting('recommendation_test_customers') }} / sizes.customers_count

),

marked as (

    select
        customer_items.*,
        customer_numbers.customer_number,
        active_customers.customer_id is not null as is_active,
        listed_customers.customer_id is not null as is_listed
    from customer_items
    inner join items on customer_items.item_code = items.item_code
    inner join customer_numbers on customer_items.customer_id = customer_numbers.customer_id
    left join active_customers
        on
            customer_items.purpose = active_customers.purpose
            and customer_items.customer_id = active_customers.customer_id
    left join listed_customers
        on
            customer_items.purpose = listed_customers.purpose
            and customer_items.customer_id = listed_customers.customer_id

)

select * from marked
