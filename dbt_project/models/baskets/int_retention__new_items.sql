-- One row per active customer and candidate item that the customer never bought.
-- score = the sum of the cosines of the near customers who bought the item recently. If near customers give
-- too few items for a list, the most popular items fill it, with score 0.
{{ config(materialized='by_part') }}
{% set list_length = [setting('recommendation_list_length'), 10] | max %}
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

near_customers as (

    select * from {{ ref('int_retention__near_customers') }}
    where {{ in_part('customer_number') }}

),

offered_items as (

    select * from {{ ref('int_retention__offered_items') }}

),

own_items as (

    select
        purpose,
        customer_number,
        item_code
    from customer_items
    where
        is_listed
        and {{ in_part('customer_number') }}

),

customers as (

    select distinct
        purpose,
        customer_number
    from own_items

),

recent_items as (

    select
        customer_number,
        item_code
    from customer_items
    where last_order_date >= {{ days_from('as_of_date', -setting('recommendation_active_days')) }}

),

{# The most popular items are enough: five lists' worth of them, of which some are the customer's own. #}
votes as (

    select
        near_customers.customer_number,
        recent_items.item_code,
        near_customers.item_cosine as weight
    from near_customers
    inner join recent_items on near_customers.near_customer_number = recent_items.customer_number
    union all
    select
        customers.customer_number,
        offered_items.item_code,
        cast(0 as double) as weight
    from customers
    inner join offered_items on customers.purpose = offered_items.purpose
    where offered_items.popularity_rank <= {{ 5 * list_length }}

),

scored as (

    select
        customer_number,
        item_code,
        {{ exact_sum('weight', scale=12) }} as score
    from votes
    group by customer_number, item_code

),

ranked as (

    select
        scored.customer_number,
        scored.item_code,
        scored.score,
        offered_items.is_everyday,
        offered_items.recent_buyers_count,
        row_number() over (
            partition by scored.customer_number
            order by round(scored.score, 9) desc, offered_items.recent_buyers_count desc, scored.item_code asc
        ) as list_rank,
        sum(case when scored.score > 0 then 1 else 0 end) over (partition by scored.customer_number)
            as near_items_count
    from scored
    inner join customers on scored.customer_number = customers.customer_number
    inner join offered_items
        on
            customers.purpose = offered_items.purpose
            and scored.item_code = offered_items.item_code
    left join own_items
        on
            scored.customer_number = own_items.customer_number
            and scored.item_code = own_items.item_code
    where own_items.item_code is null

),

final as (

    select
        customer_number,
        item_code,
        is_everyday,
        score,
        recent_buyers_count,
        list_rank,
        row_number() over (
            partition by customer_number, is_everyday
            order by list_rank
        ) as kind_rank
    from ranked
    where
        list_rank <= {{ list_length }}
        or near_items_count < {{ list_length }}

)

select * from final
where kind_rank <= {{ list_length }}
