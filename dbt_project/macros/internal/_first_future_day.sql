{# The first day on which an event would be in the future: the day after tomorrow, because clocks of other
   time zones are ahead, and not before the var as_of_date. #}
{% macro _first_future_day() %}
    {% set day_after_tomorrow = run_started_at + modules.datetime.timedelta(days=2) %}
    {{ return([day_after_tomorrow.strftime('%Y-%m-%d'), retention.setting('as_of_date') or ''] | max) }}
{% endmacro %}
