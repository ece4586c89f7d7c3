-- One row per month, the last 24 whole ones: customers who bought, and how many of them bought for the first time.
-- Counts that the mart hides are left out.
select
    purchase_month_date,
    sum(active_customers_count) as customers_count,
    coalesce(sum(active_customers_count) filter (where months_since_first = 0), 0) as new_customers_count,
    customers_count - new_customers_count as returning_customers_count
from mart_retention_monthly
group by purchase_month_date
having bool_and(is_whole_month) and count(active_customers_count) > 0
order by purchase_month_date desc
limit 24
