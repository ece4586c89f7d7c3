-- One row per itemset of two or more items, the most frequent first, at most $most.
select itemset, length, baskets_count, support
from mart_itemsets
where length >= 2
order by baskets_count desc, itemset
limit $most
