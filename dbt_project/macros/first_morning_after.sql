{# The first morning (date) on which something that happened at this timestamp lies in the past. #}
{% macro first_morning_after(timestamp_column) %}
    cast({{ dbt.dateadd('day', 1, 'cast(' ~ timestamp_column ~ ' as date)') }} as date)
{%- endmacro %}
