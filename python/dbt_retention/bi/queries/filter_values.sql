-- One row: the values that the list of customers can be filtered by.
select
    list(distinct risk_tier) as tiers,
    list(distinct coalesce(recommended_action, 'none')) as actions,
    (select list(distinct segment_name order by segment_name) from mart_customer_segments) as segments
from mart_early_warning
