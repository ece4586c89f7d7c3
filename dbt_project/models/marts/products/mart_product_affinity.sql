-- One row per pair of items: how much more often than by chance they go together, in one order and for one
-- customer.
with pairs as (

    select * from {{ ref('int_retention__item_pairs') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

named as (

    select
        first_items.item,
        later_items.item as other_item,
        cast(pairs.baskets_count as bigint) as baskets_count,
        pairs.basket_lift,
        pairs.basket_cosine,
        cast(pairs.customers_count as bigint) as customers_count,
        pairs.customer_lift,
        pairs.customer_cosine
    from pairs
    inner join items as first_items on pairs.first_item_code = first_items.item_code
    inner join items as later_items on pairs.later_item_code = later_items.item_code
    where pairs.customers_count >= {{ setting('min_group_size') }}

)

select * from named
