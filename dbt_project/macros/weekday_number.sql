{# The weekday of a date, 1 = Monday to 7 = Sunday. 1900-01-01 is a Monday before all dates. #}
{% macro weekday_number(date_column) -%}
    {%- set monday = "cast('1900-01-01' as date)" -%}
    ({{ retention.days_between(monday, date_column) }} % 7 + 1)
{%- endmacro %}
