-- One row per action for the customer $customer, the most profitable first.
select action, is_chosen, is_eligible, effect_rate, evidence, expected_cost_amount, expected_profit
from mart_retention_actions
where cast(customer_id as varchar) = $customer
order by action_rank
