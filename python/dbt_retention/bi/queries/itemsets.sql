-- One row per itemset of two or more items, the most frequent first, at most $most.
with names as (

    select map_from_entries(list((item, product_name))) as products
    from (
        select cast(product_id as varchar) as item, coalesce(any_value(product_name), item) as product_name
        from mart_inventory_warning
        group by product_id
    )

)

select
    list_aggregate(
        [coalesce(names.products[item], item) for item in string_split(itemsets.itemset, ' + ')], 'string_agg', ' + '
    ) as itemset,
    itemsets.length,
    itemsets.baskets_count,
    itemsets.support
from mart_itemsets as itemsets
cross join names
where itemsets.length >= 2
order by itemsets.baskets_count desc, itemset
limit $most
