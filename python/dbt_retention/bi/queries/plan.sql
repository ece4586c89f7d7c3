-- One row per action that a campaign could use: what its audience can measure.
select
    action, audience_count, treatment_count, control_count, base_retention_rate, expected_effect_rate,
    minimum_detectable_effect_rate, power_probability, customers_needed_count, verdict
from mart_experiment_plan
order by customers_needed_count nulls last, action
