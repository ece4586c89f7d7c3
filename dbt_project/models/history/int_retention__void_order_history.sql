-- One row per customer, as_of_date and void order (cancelled, failed) known on as_of_date.
-- A status has no date: the order counts by its order date, even if it was cancelled later.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

orders as (

    select * from {{ ref('stg_retention__orders') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        orders.order_id,
        orders.order_date,
        {{ days_between('orders.order_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        orders.order_status
    from spine
    inner join orders
        on
            spine.customer_id = orders.customer_id
            and {{ seen_by('orders.ordered_at', 'orders.loaded_at', 'spine.as_of_date') }}
    where {{ is_void_order('orders.order_status') }}

)

select * from history
