{# Churn probability (double) of each row of a relation, by the champion of `model`.

   rows: alias of a table or CTE. #}
{% macro score(model, rows) -%}
    {{ adapter.dispatch('score', 'retention')(model, rows) }}
{%- endmacro %}

{% macro default__score(model, rows) -%}
    {%- set max_megabytes = retention.setting('max_model_megabytes') -%}
    cast(onnx_score('{{ model }}', {{ rows }}, {{ max_megabytes }}) as double)
{%- endmacro %}

{% macro spark__score(model, rows) -%}
    {%- set max_megabytes = retention.setting('max_model_megabytes') -%}
    cast(onnx_score('{{ model }}', struct({{ rows }}.*), {{ max_megabytes }}) as double)
{%- endmacro %}
