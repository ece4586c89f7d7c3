{# The date this many days (negative: before) from a date. #}
{% macro days_from(date_column, days) -%}
    cast({{ dbt.dateadd('day', days, date_column) }} as date)
{%- endmacro %}
