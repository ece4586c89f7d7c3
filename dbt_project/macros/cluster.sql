{# Segment number (from 1) of each row of a relation, by `model`.

   rows: alias of a table or CTE. version: a column with the version of the model; none = the champion. #}
{% macro cluster(model, rows, version=none) -%}
    {{ adapter.dispatch('cluster', 'retention')(model, rows, version) }}
{%- endmacro %}

{% macro default__cluster(model, rows, version=none) -%}
    {%- set name = "'" ~ model ~ ("/' || " ~ version if version else "'") -%}
    {{ retention._function_call('onnx_cluster', [name, rows, retention.setting('max_model_megabytes')]) }}
{%- endmacro %}

{% macro spark__cluster(model, rows, version=none) -%}
    {{ retention.default__cluster(model, "struct(" ~ rows ~ ".*)", version) }}
{%- endmacro %}
