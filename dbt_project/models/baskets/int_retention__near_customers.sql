-- One row per day of recommendations, active customer and near customer: those who bought the most alike.
-- Cosine of the two sets of items (Breese, Heckerman and Kadie 1998, "Empirical analysis of predictive
-- algorithms for
-- collaborative filtering"). What nearly everybody buys tells nothing apart and would cost the most: it is
-- left out.
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

telling_items as (

    select
        customer_items.purpose,
        customer_items.customer_id,
        customer_items.customer_number,
        customer_items.is_active,
        customer_items.item_code
    from customer_items
    inner join popularity
        on
            customer_items.purpose = popularity.purpose
            and customer_items.item_code = popularity.item_code
    where popularity.buyers_count <= {{ basket_var('recommendation_common_item_share') }} * popularity.customers_count -- noqa: LT05

),

customers as (

    select
        purpose,
        customer_number,
        count(*) as items_count,
        row_number() over (
            partition by purpose
            order by {{ hash_bucket("'near ' || customer_id", 1000000007) }}, customer_number
        ) as reference_rank
    from telling_items
    group by purpose, customer_id, customer_number

),

reference_items as (

    select telling_items.*
    from telling_items
    inner join customers
        on
            telling_items.purpose = customers.purpose
            and telling_items.customer_number = customers.customer_number
    where customers.reference_rank <= {{ basket_var('recommendation_reference_customers') }}

),

{# Each morning by itself, so that pairs are grouped by two whole numbers. #}
shared as (

    {% for purpose in ['today', 'backtest'] %}
        select
            '{{ purpose }}' as purpose,
            telling_items.customer_number,
            reference_items.customer_number as near_customer_number,
            count(*) as shared_items_count
        from telling_items
        inner join reference_items
            on
                telling_items.item_code = reference_items.item_code
                and telling_items.customer_number <> reference_items.customer_number
        where
            telling_items.purpose = '{{ purpose }}'
            and reference_items.purpose = '{{ purpose }}'
            and telling_items.is_active
        group by telling_items.customer_number, reference_items.customer_number
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

compared as (

    select
        shared.purpose,
        shared.customer_number,
        shared.near_customer_number,
        shared.shared_items_count,
        cast(shared.shared_items_count as double)
        / sqrt(cast(customers.items_count * near_customers.items_count as double)) as item_cosine
    from shared
    inner join customers
        on
            shared.purpose = customers.purpose
            and shared.customer_number = customers.customer_number
    inner join customers as near_customers
        on
            shared.purpose = near_customers.purpose
            and shared.near_customer_number = near_customers.customer_number

),

ranked as (

    select
        *,
        row_number() over (
            partition by purpose, customer_number
            order by round(item_cosine, 9) desc, near_customer_number
        ) as nearness_rank
    from compared

),

nearest as (

    select * from ranked
    where nearness_rank <= {{ basket_var('recommendation_near_customers') }}

)

select * from nearest
