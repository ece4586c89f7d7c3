-- noqa: disable=LT05
-- One row per customer with a purchase that is known on the latest as_of_date: the first order, and the wait
-- for a second one on a later day. Its category is the one with the highest amount.
with purchases as (

    select
        purchases.*,
        today.as_of_date
    from {{ ref('int_retention__purchases') }} as purchases
    inner join {{ ref('int_retention__today') }} as today on {{ known_at('purchases', 'today.as_of_date') }}

),

purchase_lines as (

    select purchase_lines.*
    from {{ ref('int_retention__purchase_lines') }} as purchase_lines
    inner join {{ ref('int_retention__today') }} as today
        on {{ known_at('purchase_lines', 'today.as_of_date') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

numbered as (

    select
        *,
        min(purchase_date) over (partition by customer_id) as first_date,
        row_number() over (
            partition by customer_id
            order by ordered_at, order_id
        ) as order_number
    from purchases

),

first_orders as (

    select
        customer_id,
        as_of_date,
        first_date as purchase_date,
        max(case when order_number = 1 then order_id end) as order_id,
        max(case when order_number = 1 then channel end) as channel,
        min(case when purchase_date > first_date then purchase_date end) as second_date
    from numbered
    group by customer_id, as_of_date, first_date

),

first_amounts as (

    select
        first_orders.customer_id,
        purchase_lines.category,
        {{ exact_sum('purchase_lines.net_amount') }} as net_amount
    from first_orders
    inner join purchase_lines on first_orders.order_id = purchase_lines.order_id
    where purchase_lines.category is not null
    group by first_orders.customer_id, purchase_lines.category

),

first_categories as (

    select
        customer_id,
        category
    from first_amounts
    qualify row_number() over (
        partition by customer_id
        order by net_amount desc, category asc
    ) = 1

),

new_customers as (

    select
        first_orders.customer_id,
        first_orders.purchase_date as first_order_date,
        cast({{ dbt.date_trunc('month', 'first_orders.purchase_date') }} as date) as cohort_month_date,
        coalesce(first_categories.category, 'not known') as first_category,
        coalesce(first_orders.channel, 'not known') as first_channel,
        coalesce(customers.acquisition_channel, 'not known') as acquisition_channel,
        customers.acquisition_cost_amount,
        {{ days_between('first_orders.purchase_date', 'first_orders.as_of_date') }} - 1 as observed_days,
        {{ days_between('first_orders.purchase_date', 'first_orders.second_date') }} as waited_days
    from first_orders
    left join first_categories on first_orders.customer_id = first_categories.customer_id
    left join customers on first_orders.customer_id = customers.customer_id

)

select * from new_customers
