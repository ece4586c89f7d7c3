{# Rules (lines of a case): an event is in the future, or before the var earliest_event_date. Either would
   move the first or the last day of the shop's history.

   The future begins the day after tomorrow, because clocks of other time zones are ahead, and not before the
   var as_of_date. #}
{% macro reject_outside_history(column) -%}
    {%- set day_after_tomorrow = run_started_at + modules.datetime.timedelta(days=2) -%}
    {%- set future = [
        day_after_tomorrow.strftime('%Y-%m-%d'), retention.setting('as_of_date') or ''
    ] | max -%}
    {%- set first = retention.setting('earliest_event_date') -%}
    when {{ column }} >= timestamp '{{ future }}' then '{{ column }} is in the future'
            when {{ column }} < timestamp '{{ first }}'
                then '{{ column }} is before earliest_event_date ({{ first }})'
{%- endmacro %}
