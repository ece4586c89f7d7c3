{# The newest date of the snapshot grid on or before a date. #}
{% macro on_grid(date_column) -%}
    {%- set anchor = "cast('" ~ var('snapshot_anchor_date') ~ "' as date)" -%}
    {%- set step = var('snapshot_interval_days') -%}
    {{ retention.days_from(
        anchor,
        step ~ ' * cast(floor(cast(' ~ dbt.datediff(anchor, date_column, 'day') ~ ' as double) / ' ~ step ~ ') as integer)'
    ) }}
{%- endmacro %}
