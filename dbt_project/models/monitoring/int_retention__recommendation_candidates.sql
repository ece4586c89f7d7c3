-- One row per list, method, customer and item: the ten items that each method gives.
-- Popularity gives every customer the most popular items, without those that the list excludes.
{{ config(materialized='view') }}

with recommendations as (

    select * from {{ ref('int_retention__recommendations') }}
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

customers as (

    select
        customer_id,
        count(*) as items_count
    from customer_items
    where is_listed
    group by customer_id

),

popular_mixed as (

    select
        item_code,
        row_number() over (order by popularity_rank) as list_rank
    from popularity
    where not coalesce(is_everyday, false)

),

popular_new as (

    select
        customers.customer_id,
        popularity.item_code,
        row_number() over (
            partition by customers.customer_id order by popularity.popularity_rank
        ) as list_rank
    from customers
    inner join popularity on customers.items_count + 10 >= popularity.popularity_rank
    left join customer_items
        on
            customers.customer_id = customer_items.customer_id
            and popularity.item_code = customer_items.item_code
    where customer_items.item_code is null

),

candidates as (

    select
        list_name,
        'recommendation' as method,
        customer_id,
        item_code,
        list_rank
    from recommendations
    union all
    select
        'usual' as list_name,
        'popularity' as method,
        customers.customer_id,
        popularity.item_code,
        popularity.popularity_rank as list_rank
    from customers
    cross join popularity
    union all
    select
        'mixed' as list_name,
        'popularity' as method,
        customers.customer_id,
        popular_mixed.item_code,
        popular_mixed.list_rank
    from customers
    cross join popular_mixed
    union all
    select
        'new' as list_name,
        'popularity' as method,
        customer_id,
        item_code,
        list_rank
    from popular_new

),

top_candidates as (

    select * from candidates
    where list_rank <= 10

)

select * from top_candidates
