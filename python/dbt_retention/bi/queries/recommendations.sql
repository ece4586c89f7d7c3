-- One row per list: share of customers who bought one of ten recommended items, and of ten popular ones.
select
    list_name,
    any_value(as_of_date) as as_of_date,
    any_value(customers_count) as customers_count,
    max(hit_rate_at_10) filter (where method = 'recommendation') as hit_rate,
    max(hit_rate_at_10) filter (where method = 'popularity') as popular_hit_rate,
    max(ndcg_at_10) filter (where method = 'recommendation') as ndcg,
    max(ndcg_at_10) filter (where method = 'popularity') as popular_ndcg
from mart_recommendation_quality
group by list_name
order by list_name
