{# Name of a table that lives only while one model is built. #}
{% macro work_table(name) -%}
    {{ return(adapter.dispatch('work_table', 'retention')(name)) }}
{%- endmacro %}

{% macro default__work_table(name) -%}
    {{ return('retention_work_' ~ name) }}
{%- endmacro %}

{# On Spark a plain table beside the others, for the session has no temporary ones; dropped when the model stands. #}
{% macro spark__work_table(name) -%}
    {{ return(target.schema ~ '.retention_work_' ~ name) }}
{%- endmacro %}
