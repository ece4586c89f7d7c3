{# Churn probability (double) of each row of a relation, by one version of `model`.

   version: a column. rows: alias of a table or CTE. #}
{% macro score_version(model, version, rows) -%}
    {{ adapter.dispatch('score_version', 'retention')(model, version, rows) }}
{%- endmacro %}

{% macro default__score_version(model, version, rows) -%}
    {%- set max_megabytes = retention.setting('max_model_megabytes') -%}
    cast(onnx_score('{{ model }}/' || {{ version }}, {{ rows }}, {{ max_megabytes }}) as double)
{%- endmacro %}

{% macro spark__score_version(model, version, rows) -%}
    {%- set max_megabytes = retention.setting('max_model_megabytes') -%}
    cast(onnx_score('{{ model }}/' || {{ version }}, struct({{ rows }}.*), {{ max_megabytes }}) as double)
{%- endmacro %}
