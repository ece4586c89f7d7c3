-- One row per pair of items that at least affinity_min_customers customers bought: how much more often than
-- by chance they go together, in one order and for one customer.
-- Cosine: Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms".
with items as (

    select * from {{ ref('int_retention__items') }}

),

pairs_by_customer as (

    select
        item,
        other_item,
        cast(sum(customers_count) as bigint) as customers_count
    from {{ ref('int_retention__customer_pairs') }}
    group by item, other_item
    having sum(customers_count) >= {{ setting('affinity_min_customers') }}

),

pairs_by_order as (

    select
        item,
        other_item,
        cast(sum(baskets_count) as bigint) as baskets_count
    from {{ ref('int_retention__monthly_pairs') }}
    group by item, other_item

),

pairs as (

    select
        least(items.item_code, other_items.item_code) as first_item_code,
        greatest(items.item_code, other_items.item_code) as later_item_code,
        pairs_by_customer.customers_count,
        coalesce(pairs_by_order.baskets_count, 0) as baskets_count
    from pairs_by_customer
    inner join items on pairs_by_customer.item = items.item
    inner join items as other_items on pairs_by_customer.other_item = other_items.item
    left join pairs_by_order
        on
            pairs_by_customer.item = pairs_by_order.item
            and pairs_by_customer.other_item = pairs_by_order.other_item

),

compared as (

    select
        pairs.first_item_code,
        pairs.later_item_code,
        pairs.customers_count,
        pairs.baskets_count,
        cast(pairs.baskets_count * first_items.all_baskets_count as double)
        / cast(first_items.baskets_count * later_items.baskets_count as double) as basket_lift,
        cast(pairs.baskets_count as double)
        / sqrt(cast(first_items.baskets_count * later_items.baskets_count as double)) as basket_cosine,
        cast(pairs.customers_count * first_items.all_customers_count as double)
        / cast(first_items.customers_count * later_items.customers_count as double) as customer_lift,
        cast(pairs.customers_count as double)
        / sqrt(cast(first_items.customers_count * later_items.customers_count as double)) as customer_cosine
    from pairs
    inner join items as first_items on pairs.first_item_code = first_items.item_code
    inner join items as later_items on pairs.later_item_code = later_items.item_code

)

select * from compared
