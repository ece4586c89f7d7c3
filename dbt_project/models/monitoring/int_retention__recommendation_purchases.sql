-- One row per list, customer and item that the customer bought in the test window.
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}
    where purpose = 'backtest'

),

customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where purpose = 'backtest'

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}
    where purpose = 'backtest'

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}
    where not is_left_out

),

baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

customers as (

    select distinct customer_id
    from customer_items
    where is_listed

),

bought as (

    select distinct
        customers.customer_id,
        baskets.item_code
    from baskets
    inner join items on baskets.item_code = items.item_code
    inner join customers on baskets.customer_id = customers.customer_id
    inner join recommendation_days
        on
            baskets.order_date >= recommendation_days.as_of_date
            and baskets.order_date < recommendation_days.test_window_end_date

),

known as (

    select
        bought.customer_id,
        bought.item_code,
        customer_items.item_code is null as is_new,
        coalesce(popularity.is_everyday, false) as is_everyday
    from bought
    left join customer_items
        on
            bought.customer_id = customer_items.customer_id
            and bought.item_code = customer_items.item_code
    left join popularity on bought.item_code = popularity.item_code

),

by_list as (

    select
        'usual' as list_name,
        customer_id,
        item_code
    from known
    union all
    select
        'new' as list_name,
        customer_id,
        item_code
    from known
    where is_new
    union all
    select
        'mixed' as list_name,
        customer_id,
        item_code
    from known
    where not is_everyday

)

select * from by_list
