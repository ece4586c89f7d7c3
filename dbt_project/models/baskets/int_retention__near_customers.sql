-- One row per active customer and near customer of the same purpose: those whose items overlap the most.
-- Cosine of the two sets of items (Breese, Heckerman and Kadie 1998, "Empirical analysis of predictive
-- algorithms for collaborative filtering").
{{ config(materialized='by_part', meta={'counts_in_arrays': true}) }}

with compared_items as (

    select * from {{ ref('int_retention__compared_items') }}
    where {{ in_part('customer_number') }}

),

reference_items as (

    select * from {{ ref('int_retention__distinctive_items') }}
    where reference_number is not null

),

customers as (

    select distinct
        purpose,
        customer_number,
        items_count
    from compared_items

),

reference_customers as (

    select distinct
        purpose,
        reference_number,
        customer_number,
        items_count
    from reference_items

),

{# References are counted by their numbers from 1 up, which fit into an array. #}
counted as (

    select
        compared_items.customer_number,
        reference_items.reference_number,
        count(*) as shared_items_count
    from compared_items
    inner join reference_items
        on
            compared_items.item_number = reference_items.item_number
            and compared_items.customer_number <> reference_items.customer_number
    group by compared_items.customer_number, reference_items.reference_number

),

compared as (

    select
        counted.customer_number,
        reference_customers.customer_number as near_customer_number,
        counted.shared_items_count,
        cast(counted.shared_items_count as double)
        / sqrt(cast(customers.items_count * reference_customers.items_count as double)) as item_cosine
    from counted
    inner join customers on counted.customer_number = customers.customer_number
    inner join reference_customers
        on
            customers.purpose = reference_customers.purpose
            and counted.reference_number = reference_customers.reference_number

),

{# The order is one whole number, cosine first and then the lower number: a list of the first is kept while
   the pairs are read, and nothing is sorted. #}
ranked as (

    select
        *,
        row_number() over (
            partition by customer_number
            order by
                cast(round(item_cosine * 1000000000) as bigint) * 2147483648 - near_customer_number desc
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
