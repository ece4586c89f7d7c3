{# Rules (lines of a case): a required column is empty. #}
{% macro reject_missing(columns) -%}
    {%- for column in columns -%}
        when {{ column }} is null then '{{ column }} is missing'{{ '\n            ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
