-- noqa: disable=ST11,LT02
-- One row per order and item: what was bought together, with whole numbers in place of names.
-- Every line counts whose item is known, whatever its quantity; a giant order keeps its most frequent
-- items only.
with orders as (

    select * from {{ ref('stg_retention__orders') }}
    where coalesce(order_status, '') not in ({{ quoted_list(var('void_order_statuses')) }})

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

known_orders as (

    select
        *,
        greatest(
            {{ first_morning_after('ordered_at') }},
            {{ first_morning_from('coalesce(loaded_at, ordered_at)') }}
        ) as known_from_date
    from orders

),

orders_in_window as (

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.order_date,
        orders.known_from_date
    from known_orders as orders
    inner join today
        on
            orders.order_date < today.as_of_date
            and orders.known_from_date <= today.as_of_date
    {% if basket_var('basket_window_days') is not none %}
                and orders.order_date >= {{ days_from('today.as_of_date', -basket_var('basket_window_days')) }}
            {% endif %}

),

order_items as (

    select distinct
        order_lines.order_id,
        {{ basket_item('order_lines', 'products') }} as item
    from order_lines
    left join products on order_lines.product_id = products.product_id

),

known_items as (

    select
        orders_in_window.order_id,
        orders_in_window.customer_id,
        orders_in_window.ordered_at,
        orders_in_window.order_date,
        orders_in_window.known_from_date,
        order_items.item
    from orders_in_window
    inner join order_items on orders_in_window.order_id = order_items.order_id
    where order_items.item is not null

),

item_codes as (

    select
        item,
        cast(row_number() over (order by count(*) desc, item) as integer) as item_code
    from known_items
    group by item

),

basket_numbers as (

    select
        order_id,
        count(*) as ordered_items_count,
        cast(row_number() over (order by min(ordered_at), order_id) as integer) as basket_number
    from known_items
    group by order_id

),

ranked as (

    select
        basket_numbers.basket_number,
        known_items.order_id,
        known_items.customer_id,
        known_items.order_date,
        known_items.known_from_date,
        known_items.item,
        item_codes.item_code,
        basket_numbers.ordered_items_count,
        row_number() over (partition by known_items.order_id order by item_codes.item_code) as item_rank
    from known_items
    inner join item_codes on known_items.item = item_codes.item
    inner join basket_numbers on known_items.order_id = basket_numbers.order_id

),

baskets as (

    select
        basket_number,
        order_id,
        customer_id,
        order_date,
        known_from_date,
        item,
        item_code,
        ordered_items_count
    from ranked
    where item_rank <= {{ basket_var('basket_max_items') }}

)

select * from baskets
