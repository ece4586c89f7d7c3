-- One row per customer and as_of_date: tenure, membership tier, acquisition channel and age.
-- Attributes have no date: tier, channel and birth year are those of the last build on past dates too.
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
        max(days_ago) as days_since_first_order
    from orders
    group by customer_id, as_of_date

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
        cast(case when customers.membership_tier is not null then 1 else 0 end as double) as is_member
    from spine
    left join customers
        on
            spine.customer_id = customers.customer_id
            and spine.as_of_date = customers.as_of_date
    left join first_orders
        on
            spine.customer_id = first_orders.customer_id
            and spine.as_of_date = first_orders.as_of_date

)

select * from final
