-- One row per risk tier on the latest as_of_date, the highest risk first.
select
    risk_tier,
    count(*) as customers_count,
    count(*) / sum(count(*)) over () as customers_share,
    avg(churn_probability) as churn_probability_avg,
    sum(value_at_risk) as value_at_risk
from mart_early_warning
group by risk_tier
order by churn_probability_avg desc
