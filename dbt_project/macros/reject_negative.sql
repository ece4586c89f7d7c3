{# Rules (lines of a case): a number is negative. advice: what to do instead. #}
{% macro reject_negative(columns, advice=none) -%}
    {%- for column in columns -%}
        when {{ column }} < 0 then '{{ column }} is negative{{ ': ' ~ advice if advice }}'
        {{- '\n            ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
