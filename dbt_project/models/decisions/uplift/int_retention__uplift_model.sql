-- One row per candidate of the uplift model and action, or one that says why there is none.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('int_retention__uplift_set') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
