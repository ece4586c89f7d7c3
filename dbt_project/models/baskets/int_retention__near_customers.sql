-- One row per active customer and near customer of the same purpose: those whose items overlap the most.
-- Cosine of the two sets of items (Breese, Heckerman and Kadie 1998, "Empirical analysis of predictive
-- algorithms for collaborative filtering"). In a large shop only the rarest items of a customer are compared.
with customer_items as (

    select * from {{ ref('int_retention__distinctive_items') }}

),

reference_items as (

    select
        customer_number,
        item_number,
        items_count
    from customer_items
    where is_reference

),

reference_sizes as (

    select
        item_number,
        count(*) as references_count
    from reference_items
    group by item_number

),

listed_items as (

    select
        customer_items.purpose,
        customer_items.customer_number,
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
    where customer_items.is_listed

),

{# The backtest lists a sample: each of its customers represents several active customers. #}
sampling as (

    select
        purpose,
        cast(count(distinct case when is_active then customer_number end) as double)
        / nullif(count(distinct case when is_listed then customer_number end), 0) as active_per_listed
    from customer_items
    group by purpose

),

sizes as (

    select
        listed_items.purpose,
        sum(listed_items.references_count) * max(sampling.active_per_listed) as pairs_count,
        count(distinct listed_items.customer_number) * max(sampling.active_per_listed) as customers_count
    from listed_items
    inner join sampling on listed_items.purpose = sampling.purpose
    group by listed_items.purpose

),

{# If there are too many pairs, each customer gets an equal share of them, the rarest items first. A sample
   gets no more than if all active customers were listed, because it measures the lists of all. #}
rarest_items as (

    select
        listed_items.customer_number,
        listed_items.item_number,
        listed_items.items_count
    from listed_items
    inner join sizes on listed_items.purpose = sizes.purpose
    where
        sizes.pairs_count <= {{ setting('recommendation_max_pairs') }}
        or listed_items.pairs_count <= greatest(
            {{ 2 * setting('recommendation_near_customers') }},
            {{ setting('recommendation_max_pairs') }} / sizes.customers_count
        )
        or listed_items.pairs_count = listed_items.references_count

),

{# Set sizes are carried along: to join them to the pairs would cost as much as to count the pairs. #}
compared as (

    select
        rarest_items.customer_number,
        reference_items.customer_number as near_customer_number,
        count(*) as shared_items_count,
        cast(count(*) as double)
        / sqrt(cast(max(rarest_items.items_count * reference_items.items_count) as double)) as item_cosine
    from rarest_items
    inner join reference_items
        on
            rarest_items.item_number = reference_items.item_number
            and rarest_items.customer_number <> reference_items.customer_number
    group by rarest_items.customer_number, reference_items.customer_number

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_number
            order by round(item_cosine, 9) desc, near_customer_number
        ) as nearness_rank
    from compared

),

final as (

    select
        customer_number,
        near_customer_number,
        shared_items_count,
        item_cosine,
        nearness_rank
    from ranked
    where nearness_rank <= {{ setting('recommendation_near_customers') }}

)

select * from final
