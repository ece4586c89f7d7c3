-- One row per pair of items: how much more often than by chance they go together, in one order and in one
-- customer.
-- Cosine: Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms".
with pairs as (

    select * from {{ ref('int_retention__item_pairs') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

compared as (

    select
        first_items.item,
        later_items.item as other_item,
        cast(pairs.baskets_count as bigint) as baskets_count,
        cast(pairs.baskets_count * first_items.all_baskets_count as double)
        / cast(first_items.baskets_count * later_items.baskets_count as double) as basket_lift,
        cast(pairs.baskets_count as double)
        / sqrt(cast(first_items.baskets_count * later_items.baskets_count as double)) as basket_cosine,
        cast(pairs.customers_count as bigint) as customers_count,
        cast(pairs.customers_count * first_items.all_customers_count as double)
        / cast(first_items.customers_count * later_items.customers_count as double) as customer_lift,
        cast(pairs.customers_count as double)
        / sqrt(cast(first_items.customers_count * later_items.customers_count as double)) as customer_cosine
    from pairs
    inner join items as first_items on pairs.first_item_code = first_items.item_code
    inner join items as later_items on pairs.later_item_code = later_items.item_code
    where pairs.customers_count >= {{ setting('min_group_size') }}

)

select * from compared
