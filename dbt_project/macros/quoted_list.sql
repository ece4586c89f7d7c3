{# A list of strings as SQL literals: 'a', 'b'. An empty list becomes a string that nothing equals. #}
{% macro quoted_list(values) -%}
    {%- for value in values or ['(none)'] -%}
        '{{ value | string | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
