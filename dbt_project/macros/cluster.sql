{# Segment number (from 1) of each row of a relation, by `model`.

   rows: alias of a table or CTE. version: a column with the version of the model; none = the champion. #}
{% macro cluster(model, rows, version=none) -%}
    {{ adapter.dispatch('cluster', 'retention')(model, rows, version) }}
{%- endmacro %}

{% macro default__cluster(model, rows, version=none) -%}
    onnx_cluster('{{ model }}{{ "/' || " ~ version if version else "'" }}, {{ rows }}) + 1
{%- endmacro %}

{% macro spark__cluster(model, rows, version=none) -%}
    onnx_cluster('{{ model }}{{ "/' || " ~ version if version else "'" }}, struct({{ rows }}.*)) + 1
{%- endmacro %}
