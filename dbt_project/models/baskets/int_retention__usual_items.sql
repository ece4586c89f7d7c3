-- One row per active customer and candidate item: own items, and the most popular of the others.
-- score = the customer's decayed orders + the prior of the item.
{{ config(materialized='by_part') }}
{% set list_length = [setting('recommendation_list_length'), 10] | max %}
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where
        is_listed
        and {{ in_part('customer_number') }}

),

offered_items as (

    select * from {{ ref('int_retention__offered_items') }}

),

customers as (

    select distinct
        purpose,
        customer_number
    from customer_items

),

own_items as (

    select
        customer_items.purpose,
        customer_items.customer_number,
        customer_items.item_code,
        true as is_own,
        offered_items.is_everyday,
        customer_items.decayed_orders + offered_items.prior_score as score,
        offered_items.recent_buyers_count
    from customer_items
    inner join offered_items
        on
            customer_items.purpose = offered_items.purpose
            and customer_items.item_code = offered_items.item_code
    where
        not offered_items.is_durable
        or customer_items.last_order_date
        < {{ days_from('customer_items.as_of_date', -setting('durable_days')) }}

),

{# The most popular items are enough: five lists' worth of them, of which some are the customer's own. #}
other_items as (

    select
        customers.purpose,
        customers.customer_number,
        offered_items.item_code,
        false as is_own,
        offered_items.is_everyday,
        offered_items.prior_score as score,
        offered_items.recent_buyers_count
    from customers
    inner join offered_items on customers.purpose = offered_items.purpose
    left join customer_items
        on
            customers.customer_number = customer_items.customer_number
            and offered_items.item_code = customer_items.item_code
    where
        offered_items.prior_rank <= {{ 5 * list_length }}
        and customer_items.item_code is null

),

candidates as (

    select * from own_items
    union all
    select * from other_items

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_number
            order by round(score, 9) desc, recent_buyers_count desc, item_code asc
        ) as list_rank,
        row_number() over (
            partition by customer_number, is_own, is_everyday
            order by round(score, 9) desc, recent_buyers_count desc, item_code asc
        ) as kind_rank
    from candidates

),

final as (

    select
        purpose,
        customer_number,
        item_code,
        is_own,
        is_everyday,
        score,
        recent_buyers_count,
        list_rank,
        kind_rank
    from ranked
    where
        list_rank <= {{ list_length }}
        or (is_own and kind_rank <= {{ list_length }})

)

select * from final
