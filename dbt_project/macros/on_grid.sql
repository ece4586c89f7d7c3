{# The newest date of the snapshot grid on or before a date. #}
{% macro on_grid(date_column) -%}
    {%- set anchor = retention.day_setting('snapshot_anchor_date') -%}
    {%- set step = retention.setting('snapshot_interval_days') -%}
    {%- set days = 'cast(' ~ retention.days_between(anchor, date_column) ~ ' as double)' -%}
    {{ retention.days_from(anchor, step ~ ' * cast(floor(' ~ days ~ ' / ' ~ step ~ ') as integer)') }}
{%- endmacro %}
