-- One row per open service ticket, the most urgent first, at most $most.
select
    priority_rank, ticket_id, customer_id, ticket_type, opened_date, waiting_days, value_at_risk, risk_tier, return_policy
from mart_service_priority
order by priority_rank
limit $most
