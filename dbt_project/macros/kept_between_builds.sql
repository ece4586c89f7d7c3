{# Materialization of a table whose rows are kept from build to build where they still hold: incremental where the
   engine can delete rows, a plain table elsewhere. #}
{% macro kept_between_builds() -%}
    {{ return(adapter.dispatch('kept_between_builds', 'retention')()) }}
{%- endmacro %}

{% macro default__kept_between_builds() -%}
    {{ return('incremental') }}
{%- endmacro %}

{% macro spark__kept_between_builds() -%}
    {{ return('table') }}
{%- endmacro %}
