-- One row per candidate of the champion churn model.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('ml_training_set') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
