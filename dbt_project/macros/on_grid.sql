{# The newest date of the snapshot grid on or before a date. #}
{% macro on_grid(date_column) -%}
    {%- set anchor = retention.date_var('snapshot_anchor_date', or_null=false) -%}
    {%- set step = retention.number_var('snapshot_interval_days', 1, 3650, whole=true) -%}
    {{ retention.days_from(
        anchor,
        step ~ ' * cast(floor(cast(' ~ retention.days_between(anchor, date_column) ~ ' as double) / ' ~ step ~ ') as integer)'
    ) }}
{%- endmacro %}
