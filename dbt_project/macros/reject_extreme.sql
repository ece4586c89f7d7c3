{# Rules (lines of a case): a number or a time is far out of range, so a data error, and would overflow sums
   and dates later on. types: see reject_unreadable. #}
{% macro reject_extreme(types) -%}
    {%- for column, type in types.items() if type != 'boolean' -%}
        {%- if type == 'timestamp' -%}
            when
                {{ column }} < timestamp '1900-01-01'
                or {{ column }} > timestamp '9999-12-31 23:59:59.999999'
                then '{{ column }} is not between 1900 and 9999'
        {%- else -%}
            when {{ column }} > 1e12 or {{ column }} < -1e12 then '{{ column }} exceeds 1e12'
        {%- endif -%}
        {{- '\n            ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
