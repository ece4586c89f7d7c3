-- One row per segment of the champion segment model.
-- It replaces the Python model with scoring: external; `retention build` runs that model's code itself.
-- depends_on: {{ ref('ml_segment_set') }}
{{ config(enabled=is_external()) }}

select * from {{ external_table() }}
