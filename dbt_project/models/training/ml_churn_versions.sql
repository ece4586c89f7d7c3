-- One row per published version of the churn model, read from its card.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('ml_churn_model') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
