-- One row per scoring date (the last 24) and risk tier above low: customers and value at risk.
select
    as_of_date,
    risk_tier,
    count(*) as customers_count,
    sum(value_at_risk) as value_at_risk
from mart_early_warning_history
where
    risk_tier <> 'low'
    and as_of_date in (
        select distinct as_of_date from mart_early_warning_history order by as_of_date desc limit 24
    )
group by as_of_date, risk_tier
order by as_of_date, risk_tier
