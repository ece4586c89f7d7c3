-- One row per scoring date of the customer $customer.
select as_of_date, churn_probability, risk_tier, value_at_risk, segment_name, model_version
from mart_early_warning_history
where cast(customer_id as varchar) = $customer
order by as_of_date
