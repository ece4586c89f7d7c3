-- One row per customer and as_of_date: tenure, membership tier, acquisition channel, age, and how much the
-- customers of the same city buy, as a shop is nearer to some cities than to others.
-- Attributes have no date: tier, channel, birth year and city are those of the last build on past dates too.
{% set city_prior_customers = 50 %}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

customers as (

    select * from {{ ref('int_retention__customer_history') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

first_orders as (

    select
        customer_id,
        as_of_date,
        max(days_ago) as days_since_first_order,
        count(case when days_ago <= 28 then 1 end) as orders_count_28d
    from orders
    group by customer_id, as_of_date

),

by_city as (

    select
        first_orders.as_of_date,
        customers.city,
        sum(first_orders.orders_count_28d) as orders_count,
        count(*) as customers_count,
        cast(sum(sum(first_orders.orders_count_28d)) over (partition by first_orders.as_of_date) as double)
        / sum(count(*)) over (partition by first_orders.as_of_date) as orders_per_customer
    from first_orders
    inner join customers
        on
            first_orders.customer_id = customers.customer_id
            and first_orders.as_of_date = customers.as_of_date
    where customers.city is not null
    group by first_orders.as_of_date, customers.city

),

{# A city with few customers is like the others: city_prior_customers average customers are added to each. #}
cities as (

    select
        as_of_date,
        city,
        (orders_count + {{ city_prior_customers }} * orders_per_customer)
        / ((customers_count + {{ city_prior_customers }}) * nullif(orders_per_customer, 0)) as orders_ratio
    from by_city

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(customers.days_since_signup as double) as days_since_signup,
        cast(
            greatest(first_orders.days_since_first_order, coalesce(customers.days_since_signup, 0)) as double
        ) as tenure_days_ever,
        cast(customers.days_since_signup - first_orders.days_since_first_order as double)
            as signup_to_first_order_days,
        cast(extract(year from spine.as_of_date) - customers.birth_year as double) as age_years,
        {{ one_hot('customers.membership_tier', setting('membership_tiers'), 'is_tier') }}
        {{ one_hot('customers.acquisition_channel', setting('acquisition_channels'), 'is_acquired_by') }}
        cast(case when customers.membership_tier is not null then 1 else 0 end as double) as is_member,
        round(cities.orders_ratio, 6) as city_orders_ratio_28d
    from spine
    left join customers
        on
            spine.customer_id = customers.customer_id
            and spine.as_of_date = customers.as_of_date
    left join first_orders
        on
            spine.customer_id = first_orders.customer_id
            and spine.as_of_date = first_orders.as_of_date
    left join cities
        on
            customers.city = cities.city
            and customers.as_of_date = cities.as_of_date

)

select * from final
