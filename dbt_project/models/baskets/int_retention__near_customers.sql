-- One row per active customer and near customer of the same purpose: those whose items overlap the most.
-- Cosine of the two sets of items (Breese, Heckerman and Kadie 1998, "Empirical analysis of predictive
-- algorithms for collaborative filtering").
with compared_items as (

    select * from {{ ref('int_retention__compared_items') }}

),

reference_items as (

    select * from {{ ref('int_retention__distinctive_items') }}
    where is_reference

),

{# Set sizes are carried along: to join them to the pairs would cost as much as to count the pairs. #}
compared as (

    select
        compared_items.customer_number,
        reference_items.customer_number as near_customer_number,
        count(*) as shared_items_count,
        cast(count(*) as double)
        / sqrt(cast(max(compared_items.items_count * reference_items.items_count) as double)) as item_cosine
    from compared_items
    inner join reference_items
        on
            compared_items.item_number = reference_items.item_number
            and compared_items.customer_number <> reference_items.customer_number
    group by compared_items.customer_number, reference_items.customer_number

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
