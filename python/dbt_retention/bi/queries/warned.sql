-- One row per warned customer on the latest as_of_date, the highest value at risk first.
select
    customer_id, risk_tier, churn_probability, probability_change, value_at_risk, expected_value_12m, days_since_last_order,
    overdue_ratio, expected_next_order_date, next_order_from_date, next_order_until_date, reason_1, reason_2, reason_3,
    recommended_action, expected_profit, evidence, is_holdout, segment_name
from mart_early_warning
left join (select customer_id, segment_name from mart_customer_segments) using (customer_id)
where risk_tier <> 'low'
order by value_at_risk desc nulls last, churn_probability desc, customer_id
