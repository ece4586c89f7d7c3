{# The first morning (date) on which something that happened at this timestamp lies in the past. #}
{% macro first_morning_after(timestamp_column) %}
    {{ retention.days_from('cast(' ~ timestamp_column ~ ' as date)', 1) }}
{%- endmacro %}
