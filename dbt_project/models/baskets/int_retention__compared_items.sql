-- One row per listed customer and item by which near customers are searched: all items, unless there are more
-- than recommendation_max_pairs pairs of customers. Then only the rarest items of each customer are compared.
with customer_items as (

    select * from {{ ref('int_retention__distinctive_items') }}

),

reference_sizes as (

    select
        item_number,
        count(*) as references_count
    from customer_items
    where reference_number is not null
    group by item_number

),

sampled_items as (

    select
        customer_items.purpose,
        customer_items.customer_number,
        customer_items.is_listed,
        customer_items.item_number,
        customer_items.items_count,
        reference_sizes.references_count,
        sum(reference_sizes.references_count) over (
            partition by customer_items.customer_number
            order by reference_sizes.references_count, customer_items.item_number
            rows between unbounded preceding and current row
        ) as pairs_count
    from customer_items
    inner join reference_sizes on customer_items.item_number = reference_sizes.item_number
    where customer_items.is_sampled

),

{# The backtest lists a sample: each of its customers represents several active customers. #}
sampling as (

    select
        purpose,
        cast(count(distinct case when is_active then customer_number end) as double)
        / nullif(count(distinct case when is_sampled then customer_number end), 0) as active_per_sampled
    from customer_items
    group by purpose

),

sizes as (

    select
        sampled_items.purpose,
        sum(sampled_items.references_count) * max(sampling.active_per_sampled) as pairs_count,
        count(distinct sampled_items.customer_number) * max(sampling.active_per_sampled) as customers_count
    from sampled_items
    inner join sampling on sampled_items.purpose = sampling.purpose
    group by sampled_items.purpose

),

{# If there are too many pairs, each customer gets an equal share of them, the rarest items first. A sample
   gets no more than if all active customers were listed, because it measures the lists of all. So a share
   does not depend on whose lists are made in this build. #}
rarest_items as (

    select
        sampled_items.purpose,
        sampled_items.customer_number,
        sampled_items.item_number,
        sampled_items.items_count
    from sampled_items
    inner join sizes on sampled_items.purpose = sizes.purpose
    where
        sampled_items.is_listed
        and (
            sizes.pairs_count <= {{ setting('recommendation_max_pairs') }}
            or sampled_items.pairs_count <= greatest(
                {{ 2 * setting('recommendation_near_customers') }},
                {{ setting('recommendation_max_pairs') }} / sizes.customers_count
            )
            or sampled_items.pairs_count = sampled_items.references_count
        )

)

select * from rarest_items
