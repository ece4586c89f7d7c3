{# Churn probability (double) of each row of a relation, by the champion of `model`.

   rows: alias of a table or CTE. #}
{% macro score(model, rows) -%}
    {{ adapter.dispatch('score', 'retention')(model, rows) }}
{%- endmacro %}

{% macro default__score(model, rows) -%}
    {%- set arguments = ["'" ~ model ~ "'", rows, retention.setting('max_model_megabytes')] -%}
    {{ retention._function_call('onnx_score', arguments, float_as_double=true) }}
{%- endmacro %}

{% macro spark__score(model, rows) -%}
    {{ retention.default__score(model, "struct(" ~ rows ~ ".*)") }}
{%- endmacro %}
