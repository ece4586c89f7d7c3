-- One row per feature of the champion churn model, read from its card: how much it matters.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('ml_churn_model') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
