-- One row per campaign with a closed window, the latest first: its effect on retention, in points, and its profit.
select
    campaign_id, action, assigned_from_date, design, is_causal, warning, treated_count, compared_count,
    treated_retention_rate, compared_retention_rate,
    100 * coalesce(retention_adjusted_rate, retention_difference_rate) as effect_points,
    100 * retention_lower_rate as lower_points,
    100 * retention_upper_rate as upper_points,
    retention_verdict, cost_amount, incremental_profit_amount,
    profit_lower_amount * treated_count as profit_lower_amount,
    profit_upper_amount * treated_count as profit_upper_amount,
    return_on_cost_rate
from mart_campaign_effects
where segment = 'all'
order by assigned_from_date desc, campaign_id
