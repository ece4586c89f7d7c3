-- One row per action in today's campaigns: contacts, costs and profits expected, and what the campaign can measure.
select
    action,
    any_value(channel) as channel,
    any_value(offer) as offer,
    count(*) filter (where arm = 'treatment') as contacts_count,
    count(*) filter (where arm = 'control') as controls_count,
    sum(expected_cost_amount) filter (where arm = 'treatment') as cost_amount,
    sum(expected_profit) filter (where arm = 'treatment') as profit_amount,
    case when min(evidence) = max(evidence) then min(evidence) else 'both' end as evidence,
    any_value(plan.base_retention_rate) as base_retention_rate,
    any_value(plan.expected_effect_rate) as expected_effect_rate,
    any_value(plan.minimum_detectable_effect_rate) as minimum_detectable_effect_rate,
    any_value(plan.power_probability) as power_probability,
    any_value(plan.customers_needed_count) as customers_needed_count
from mart_campaign_audience
left join (select * exclude (campaign_id) from mart_experiment_plan) as plan using (action)
group by action
order by profit_amount desc nulls last, action
