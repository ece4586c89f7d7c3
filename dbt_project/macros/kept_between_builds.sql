{# Materialization of a table whose rows are kept between builds as long as they are valid: incremental if
   the engine can delete rows, otherwise a plain table. #}
{% macro kept_between_builds() -%}
    {{ return(adapter.dispatch('kept_between_builds', 'retention')()) }}
{%- endmacro %}

{% macro default__kept_between_builds() -%}
    {{ return('incremental') }}
{%- endmacro %}

{% macro spark__kept_between_builds() -%}
    {{ return('table') }}
{%- endmacro %}
