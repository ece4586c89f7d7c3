{# Name of a table that exists only while one model is built. #}
{% macro work_table(name) -%}
    {{ return(adapter.dispatch('work_table', 'retention')(name)) }}
{%- endmacro %}

{% macro default__work_table(name) -%}
    {{ return('retention_work_' ~ name) }}
{%- endmacro %}

{# On Spark a plain table, because a session has no temporary tables; it is dropped after the build. #}
{% macro spark__work_table(name) -%}
    {{ return(target.schema ~ '.retention_work_' ~ name) }}
{%- endmacro %}
