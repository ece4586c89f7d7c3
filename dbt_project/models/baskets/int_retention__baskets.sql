-- noqa: disable=ST11,LT02
-- One row per order and item, with whole numbers for both.
-- A line counts with any quantity if its item is known, unless its order was returned completely by the
-- latest as_of_date. An order with more than basket_max_items items keeps the most frequent of them.
with known_items as (

    select * from {{ ref('int_retention__order_items') }}

),

today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

order_items as (

    select known_items.*
    from known_items
    inner join today
        on
            {{ known_at('known_items', 'today.as_of_date') }}
    {% if setting('basket_window_days') is not none %}
                and known_items.purchase_date
                >= {{ days_from('today.as_of_date', -setting('basket_window_days')) }}
            {% endif %}

),

item_codes as (

    select
        item,
        cast(row_number() over (order by count(*) desc, item) as integer) as item_code
    from order_items
    group by item

),

order_sizes as (

    select
        order_id,
        min(ordered_at) as ordered_at,
        count(*) as ordered_items_count
    from order_items
    group by order_id

),

basket_numbers as (

    select
        order_id,
        ordered_items_count,
        cast(row_number() over (order by ordered_at, order_id) as integer) as basket_number
    from order_sizes

),

{# Only giant orders are ranked: to rank fifty million lines would take the most memory of the model. #}
giants as (

    select
        order_items.order_id,
        order_items.item,
        row_number() over (partition by order_items.order_id order by item_codes.item_code) as item_rank
    from order_items
    inner join order_sizes on order_items.order_id = order_sizes.order_id
    inner join item_codes on order_items.item = item_codes.item
    where order_sizes.ordered_items_count > {{ setting('basket_max_items') }}

),

baskets as (

    select
        basket_numbers.basket_number,
        order_items.order_id,
        order_items.customer_id,
        order_items.purchase_date as order_date,
        order_items.known_from_date,
        order_items.item,
        item_codes.item_code,
        basket_numbers.ordered_items_count
    from order_items
    inner join basket_numbers on order_items.order_id = basket_numbers.order_id
    inner join item_codes on order_items.item = item_codes.item
    left join giants
        on
            order_items.order_id = giants.order_id
            and order_items.item = giants.item
    where coalesce(giants.item_rank, 1) <= {{ setting('basket_max_items') }}

)

select * from baskets
