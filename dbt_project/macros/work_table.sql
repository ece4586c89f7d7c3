{# Name of a table that lives only while one model is built. #}
{% macro work_table(name) -%}
    {{ return(adapter.dispatch('work_table', 'retention')(name)) }}
{%- endmacro %}

{% macro default__work_table(name) -%}
    {{ return('retention_work_' ~ name) }}
{%- endmacro %}
