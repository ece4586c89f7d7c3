-- One row per as_of_date and common item: the number of purchases with it, as known on as_of_date.
-- Common items are the co_purchase_items most frequent ones that reach apriori_min_support.
-- A purchase that was returned completely before it was known counts on no as_of_date.
{{ config(materialized='table') }}

with purchases as (

    select * from {{ ref('int_retention__purchases') }} as purchases
    where {{ is_ever_known('purchases') }}

),

purchase_items as (

    select * from {{ ref('int_retention__purchase_items') }} as purchase_items
    where {{ is_ever_known('purchase_items') }}

),

first_as_of_dates as (

    select * from {{ ref('int_retention__first_as_of_dates') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

basket_changes as (

    select
        first_as_of_dates.as_of_date,
        count(*) as baskets_change
    from purchases
    inner join first_as_of_dates on purchases.known_from_date = first_as_of_dates.seen_from_date
    where purchases.products_count > 0
    group by first_as_of_dates.as_of_date
    union all
    select
        first_as_of_dates.as_of_date,
        -count(*) as baskets_change
    from purchases
    inner join first_as_of_dates on purchases.undone_from_date = first_as_of_dates.seen_from_date
    where purchases.products_count > 0
    group by first_as_of_dates.as_of_date

),

item_changes as (

    select
        purchase_items.item,
        first_as_of_dates.as_of_date,
        count(*) as baskets_change
    from purchase_items
    inner join first_as_of_dates on purchase_items.known_from_date = first_as_of_dates.seen_from_date
    group by purchase_items.item, first_as_of_dates.as_of_date
    union all
    select
        purchase_items.item,
        first_as_of_dates.as_of_date,
        -count(*) as baskets_change
    from purchase_items
    inner join first_as_of_dates on purchase_items.undone_from_date = first_as_of_dates.seen_from_date
    group by purchase_items.item, first_as_of_dates.as_of_date

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
