-- One row per as_of_date, common item and other common item that is frequently bought with it.
-- A pair in a purchase is counted once, for the first as_of_date that sees it; then dates are summed.
-- A purchase that was returned completely before it was known counts on no as_of_date.
{{ config(materialized='table') }}

with purchase_items as (

    select * from {{ ref('int_retention__purchase_items') }} as purchase_items
    where {{ is_ever_known('purchase_items') }}

),

first_as_of_dates as (

    select * from {{ ref('int_retention__first_as_of_dates') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

common_items as (

    select * from {{ ref('int_retention__common_items') }}

),

item_codes as (

    select
        item,
        cast(row_number() over (order by item) as integer) as item_code
    from common_items
    group by item

),

basket_items as (

    select
        purchase_items.order_id,
        item_codes.item_code,
        known.as_of_date as counts_from_date,
        undone.as_of_date as counts_until_date
    from purchase_items
    inner join item_codes on purchase_items.item = item_codes.item
    inner join first_as_of_dates as known on purchase_items.known_from_date = known.seen_from_date
    left join first_as_of_dates as undone on purchase_items.undone_from_date = undone.seen_from_date

),

pairs as (

    select
        first_items.item_code as first_item_code,
        later_items.item_code as later_item_code,
        first_items.counts_from_date,
        first_items.counts_until_date,
        count(*) as baskets_count
    from basket_items as first_items
    inner join basket_items as later_items
        on
            first_items.order_id = later_items.order_id
            and first_items.item_code < later_items.item_code
    group by
        first_items.item_code, later_items.item_code,
        first_items.counts_from_date, first_items.counts_until_date

),

pair_changes as (

    select
        first_item_code,
        later_item_code,
        counts_from_date as as_of_date,
        baskets_count as baskets_change
    from pairs
    union all
    select
        first_item_code,
        later_item_code,
        counts_until_date as as_of_date,
        -baskets_count as baskets_change
    from pairs
    where counts_until_date is not null

),

pairs_by_date as (

    select
        snapshots.as_of_date,
        pair_changes.first_item_code,
        pair_changes.later_item_code,
        cast(sum(pair_changes.baskets_change) as bigint) as baskets_count
    from snapshots
    inner join pair_changes on snapshots.as_of_date >= pair_changes.as_of_date
    group by snapshots.as_of_date, pair_changes.first_item_code, pair_changes.later_item_code

),

both_directions as (

    select
        as_of_date,
        first_item_code as item_code,
        later_item_code as other_item_code,
        baskets_count
    from pairs_by_date
    union all
    select
        as_of_date,
        later_item_code as item_code,
        first_item_code as other_item_code,
        baskets_count
    from pairs_by_date

),

affinities as (

    select
        both_directions.as_of_date,
        items.item,
        other_items.item as other_item,
        other_items.item_rank as other_item_rank,
        both_directions.baskets_count,
        cast(both_directions.baskets_count as double) / cast(items.baskets_count as double) as confidence,
        cast(both_directions.baskets_count * items.all_baskets_count as double)
        / cast(items.baskets_count * other_items.baskets_count as double) as lift
    from both_directions
    inner join item_codes on both_directions.item_code = item_codes.item_code
    inner join item_codes as other_codes on both_directions.other_item_code = other_codes.item_code
    inner join common_items as items
        on
            both_directions.as_of_date = items.as_of_date
            and item_codes.item = items.item
    inner join common_items as other_items
        on
            both_directions.as_of_date = other_items.as_of_date
            and other_codes.item = other_items.item
    where {{ is_frequent('both_directions.baskets_count', 'items.all_baskets_count') }}

)

select * from affinities
