{# Rules (lines of a case): an event is in the future (_first_future_day), or before the var
   earliest_event_date. Either would move the first or the last day of the shop's history. #}
{% macro reject_outside_history(column) -%}
    {%- set first = retention.setting('earliest_event_date') -%}
    when {{ column }} >= timestamp '{{ retention._first_future_day() }}' then '{{ column }} is in the future'
            when {{ column }} < timestamp '{{ first }}'
                then '{{ column }} is before earliest_event_date ({{ first }})'
{%- endmacro %}
