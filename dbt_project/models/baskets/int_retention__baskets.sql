-- noqa: disable=ST11,LT02
-- One row per order and item: what was bought together, with whole numbers in place of names.
-- Every line counts whose item is known, whatever its quantity; a giant order keeps its most frequent
-- items only.
with orders as (

    select * from {{ ref('stg_retention__orders') }}
    where not {{ is_void_order('order_status') }}

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
    inner join orders_in_window on order_lines.order_id = orders_in_window.order_id
    left join products on order_lines.product_id = products.product_id
    where {{ basket_item('order_lines', 'products') }} is not null

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
        count(*) as ordered_items_count
    from order_items
    group by order_id

),

basket_numbers as (

    select
        orders_in_window.order_id,
        orders_in_window.customer_id,
        orders_in_window.order_date,
        orders_in_window.known_from_date,
        order_sizes.ordered_items_count,
        cast(
            row_number() over (order by orders_in_window.ordered_at, orders_in_window.order_id) as integer
        ) as basket_number
    from orders_in_window
    inner join order_sizes on orders_in_window.order_id = order_sizes.order_id

),

{# Only giant orders are ranked: to rank fifty million lines takes more memory than all else here. #}
giants as (

    select
        order_items.order_id,
        order_items.item,
        row_number() over (partition by order_items.order_id order by item_codes.item_code) as item_rank
    from order_items
    inner join order_sizes on order_items.order_id = order_sizes.order_id
    inner join item_codes on order_items.item = item_codes.item
    where order_sizes.ordered_items_count > {{ basket_var('basket_max_items') }}

),

baskets as (

    select
        basket_numbers.basket_number,
        basket_numbers.order_id,
        basket_numbers.customer_id,
        basket_numbers.order_date,
        basket_numbers.known_from_date,
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
    where coalesce(giants.item_rank, 1) <= {{ basket_var('basket_max_items') }}

)

select * from baskets
