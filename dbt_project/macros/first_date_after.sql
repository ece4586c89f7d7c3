{# The first as_of_date after the date of this timestamp: the first on which the event is in the past. #}
{% macro first_date_after(timestamp_column) %}
    {{ retention.days_from('cast(' ~ timestamp_column ~ ' as date)', 1) }}
{%- endmacro %}
