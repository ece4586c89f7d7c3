-- One row: the champion sentiment model.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('int_retention__rated_reviews') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
