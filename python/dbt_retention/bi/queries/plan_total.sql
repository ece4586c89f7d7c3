-- One row: today's campaigns together. Expected profit is that of the customers to contact.
select
    count(*) filter (where arm = 'treatment') as contacts_count,
    count(*) filter (where arm = 'control') as controls_count,
    sum(expected_cost_amount) filter (where arm = 'treatment') as cost_amount,
    sum(expected_profit) filter (where arm = 'treatment') as profit_amount,
    coalesce(bool_or(evidence = 'prior'), false) as is_assumed,
    (select count(*) from mart_early_warning where is_holdout) as holdout_count
from mart_campaign_audience
