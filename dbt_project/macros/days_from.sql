{# A date plus a number of days, which may be negative. #}
{% macro days_from(date_column, days) -%}
    {{ adapter.dispatch('days_from', 'retention')(date_column, days) }}
{%- endmacro %}

{% macro default__days_from(date_column, days) -%}
    cast({{ dbt.dateadd('day', days, date_column) }} as date)
{%- endmacro %}

{# dbt's own macro fails for a null. #}
{% macro spark__days_from(date_column, days) -%}
    date_add(cast({{ date_column }} as date), cast({{ days }} as integer))
{%- endmacro %}
