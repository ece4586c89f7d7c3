-- One row per active customer of a purpose, list and rank: the items that the customer most likely buys next.
-- usual: all items. new: items that the customer never bought. mixed, for letters: two own items and a new
-- one in turn; items that nearly every customer buys come last.
-- A list has at least ten items, because the backtest evaluates ten.
-- Lists are made for the listed customers; the others keep the list of the last build (kept_lists).
{{ config(materialized='by_part') }}
{% set list_length = [setting('recommendation_list_length'), 10] | max %}
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where
        is_sampled
        and {{ in_part('customer_number') }}

),

usual_items as (

    select * from {{ ref('int_retention__usual_items') }}
    where {{ in_part('customer_number') }}

),

new_items as (

    select * from {{ ref('int_retention__new_items') }}
    where {{ in_part('customer_number') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

customers as (

    select distinct
        as_of_date,
        purpose,
        customer_id,
        customer_number,
        history_fingerprint,
        is_listed
    from customer_items

),

{# Own items take the places 1, 2, 4, 5, 7, 8 ..., new ones 3, 6, 9 ... #}
mixed_items as (

    select
        customer_number,
        item_code,
        recent_buyers_count,
        kind_rank + floor((kind_rank - 1) / 2) + case when is_everyday then {{ 100 * list_length }} else 0 end
            as place
    from usual_items
    where
        is_own
        and kind_rank <= {{ list_length }}
    union all
    select
        customer_number,
        item_code,
        recent_buyers_count,
        3 * kind_rank + case when is_everyday then {{ 100 * list_length }} else 0 end as place
    from new_items

),

lists as (

    select
        customer_number,
        'usual' as list_name,
        item_code,
        score,
        recent_buyers_count,
        list_rank
    from usual_items
    union all
    select
        customer_number,
        'new' as list_name,
        item_code,
        score,
        recent_buyers_count,
        list_rank
    from new_items
    union all
    select
        customer_number,
        'mixed' as list_name,
        item_code,
        cast(1 as double) / place as score,
        recent_buyers_count,
        row_number() over (
            partition by customer_number
            order by place
        ) as list_rank
    from mixed_items

),

recommendations as (

    select
        customers.as_of_date,
        customers.purpose,
        lists.customer_number,
        customers.customer_id,
        lists.list_name,
        lists.list_rank,
        lists.item_code,
        items.item,
        items.item_name,
        customer_items.orders_count is null as is_new,
        lists.score,
        customer_items.orders_count,
        customer_items.last_order_date,
        lists.recent_buyers_count,
        customers.as_of_date as listed_date,
        customers.history_fingerprint,
        '{{ _list_settings() }}' as list_settings
    from lists
    inner join customers on lists.customer_number = customers.customer_number
    inner join items on lists.item_code = items.item_code
    left join customer_items
        on
            lists.customer_number = customer_items.customer_number
            and lists.item_code = customer_items.item_code
    where
        customers.is_listed
        and lists.list_rank <= {{ list_length }}
    {{ _kept_rows('customers', 'items') }}

)

select * from recommendations
