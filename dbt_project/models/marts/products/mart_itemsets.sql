-- One row per frequent itemset: what is bought together, in how many baskets.
with itemsets as (

    select * from {{ ref('int_retention__itemsets') }}

),

shares as (

    select
        itemset,
        cast(length as integer) as length,
        cast(baskets_count as bigint) as baskets_count,
        cast(baskets_count as double) / cast(all_baskets_count as double) as support,
        itemset_key
    from itemsets

)

select * from shares
