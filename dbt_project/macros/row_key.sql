{# The columns that identify a row, as one text; a question mark stands for an empty one. #}
{% macro row_key(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '?'){{ " || ' ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
