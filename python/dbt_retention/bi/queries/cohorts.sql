-- One row per cohort (the last 12) and month since its first order: share that bought in that month.
select cohort_month_date, months_since_first, cohort_customers_count, active_customers_count, retention_rate
from mart_retention_monthly
where
    is_whole_month
    and months_since_first between 1 and 12
    and cohort_month_date in (
        select distinct cohort_month_date
        from mart_retention_monthly
        where retention_rate is not null and months_since_first >= 1
        order by cohort_month_date desc
        limit 12
    )
order by cohort_month_date, months_since_first
