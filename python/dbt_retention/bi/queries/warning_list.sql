-- One row per customer on the latest as_of_date that passes the filters, the highest value at risk first.
-- $tiers, $actions, $segments: lists; empty = all. $search: part of a customer_id. $most: rows at most.
select
    customer_id, risk_tier, churn_probability, probability_change, value_at_risk, days_since_last_order, overdue_ratio,
    expected_next_order_date, reason_1, reason_2, reason_3,
    case when is_holdout then 'holdout' else mart_early_warning.recommended_action end as recommended_action,
    expected_profit, evidence, is_holdout, segment_name
from mart_early_warning
left join (select customer_id, segment_name from mart_customer_segments) using (customer_id)
where
    (len($tiers) = 0 or list_contains($tiers, risk_tier))
    and (len($actions) = 0 or list_contains($actions, coalesce(mart_early_warning.recommended_action, 'none')))
    and (len($segments) = 0 or list_contains($segments, segment_name))
    and contains(lower(cast(customer_id as varchar)), lower($search))
order by value_at_risk desc nulls last, churn_probability desc, customer_id
limit $most
