{# Churn probability (double) of each row of a relation, by one version of `model`.

   version: a column. rows: alias of a table or CTE. #}
{% macro score_version(model, version, rows) -%}
    {{ adapter.dispatch('score_version', 'retention')(model, version, rows) }}
{%- endmacro %}

{% macro default__score_version(model, version, rows) -%}
    {%- set name = "'" ~ model ~ "/' || " ~ version -%}
    {%- set arguments = [name, rows, retention.setting('max_model_megabytes')] -%}
    {{ retention._function_call('onnx_score', arguments, float_as_double=true) }}
{%- endmacro %}

{% macro spark__score_version(model, version, rows) -%}
    {{ retention.default__score_version(model, version, "struct(" ~ rows ~ ".*)") }}
{%- endmacro %}
