-- One row per segment, the best first.
select
    segment_number, segment_name, customers_count, customers_share, days_since_last_order_avg, orders_avg_364d,
    spend_amount_avg_364d, churn_probability_avg, value_at_risk
from mart_segment_profiles
order by segment_number
