-- One row per as_of_date and common item: in how many of the purchases known on that morning it is.
-- Common are the co_purchase_items most frequent ones, if frequent by apriori_min_support.
-- A purchase that was undone before it was known counts on no morning.
{{ config(materialized='table') }}

with purchases as (

    select * from {{ ref('int_retention__purchases') }} as purchases
    where {{ is_ever_known('purchases') }}

),

purchase_items as (

    select * from {{ ref('int_retention__purchase_items') }} as purchase_items
    where {{ is_ever_known('purchase_items') }}

),

mornings as (

    select * from {{ ref('int_retention__purchase_mornings') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

basket_changes as (

    select
        mornings.as_of_date,
        count(*) as baskets_change
    from purchases
    inner join mornings on purchases.known_from_date = mornings.seen_from_date
    where purchases.products_count > 0
    group by mornings.as_of_date
    union all
    select
        mornings.as_of_date,
        -count(*) as baskets_change
    from purchases
    inner join mornings on purchases.undone_from_date = mornings.seen_from_date
    where purchases.products_count > 0
    group by mornings.as_of_date

),

item_changes as (

    select
        purchase_items.item,
        mornings.as_of_date,
        count(*) as baskets_change
    from purchase_items
    inner join mornings on purchase_items.known_from_date = mornings.seen_from_date
    group by purchase_items.item, mornings.as_of_date
    union all
    select
        purchase_items.item,
        mornings.as_of_date,
        -count(*) as baskets_change
    from purchase_items
    inner join mornings on purchase_items.undone_from_date = mornings.seen_from_date
    group by purchase_items.item, mornings.as_of_date

),

all_baskets as (

    select
        snapshots.as_of_date,
        cast(sum(basket_changes.baskets_change) as bigint) as all_baskets_count
    from snapshots
    inner join basket_changes on snapshots.as_of_date >= basket_changes.as_of_date
    group by snapshots.as_of_date

),

items as (

    select
        snapshots.as_of_date,
        item_changes.item,
        cast(sum(item_changes.baskets_change) as bigint) as baskets_count
    from snapshots
    inner join item_changes on snapshots.as_of_date >= item_changes.as_of_date
    group by snapshots.as_of_date, item_changes.item

),

frequent as (

    select
        items.as_of_date,
        items.item,
        items.baskets_count,
        all_baskets.all_baskets_count,
        cast(row_number() over (
            partition by items.as_of_date
            order by items.baskets_count desc, items.item asc
        ) as integer) as item_rank
    from items
    inner join all_baskets on items.as_of_date = all_baskets.as_of_date
    where {{ is_frequent('items.baskets_count', 'all_baskets.all_baskets_count') }}

),

common_items as (

    select * from frequent
    where item_rank <= {{ setting('co_purchase_items') }}

)

select * from common_items
