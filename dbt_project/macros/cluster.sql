{# Segment number (from 1) of each row of a relation by the champion of `model`. rows: a table's or CTE's alias. #}
{% macro cluster(model, rows) -%}
    {{ adapter.dispatch('cluster', 'retention')(model, rows) }}
{%- endmacro %}

{% macro default__cluster(model, rows) -%}
    onnx_cluster('{{ model }}', {{ rows }}) + 1
{%- endmacro %}

{% macro spark__cluster(model, rows) -%}
    onnx_cluster('{{ model }}', struct({{ rows }}.*)) + 1
{%- endmacro %}
