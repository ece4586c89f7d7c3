-- One row per customer whose id contains $search, the highest value at risk first; at most 50.
select customer_id
from mart_early_warning
where contains(lower(cast(customer_id as varchar)), lower($search))
order by lower(cast(customer_id as varchar)) = lower($search) desc, value_at_risk desc nulls last, customer_id
limit 50
