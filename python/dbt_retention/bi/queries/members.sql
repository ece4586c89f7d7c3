-- One row per customer near the next membership tier first, then by value at risk, at most $most.
select
    customer_id,
    case when is_member then coalesce(membership_tier, 'member') else coalesce(membership_tier, 'none') end
        as membership_tier,
    coalesce(earned_tier, 'none') as earned_tier,
    next_tier, amount_to_next_tier, orders_to_next_tier,
    is_next_tier_near, offer_1_name, churn_probability, risk_tier, value_at_risk
from mart_member_offers
order by is_next_tier_near desc nulls last, value_at_risk desc nulls last, customer_id
limit $most
