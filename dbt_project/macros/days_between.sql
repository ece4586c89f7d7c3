{# Whole days from the first date to the last; negative if the last is earlier, null if one of them is null.
#}
{% macro days_between(first_date, last_date) -%}
    {{ adapter.dispatch('days_between', 'retention')(first_date, last_date) }}
{%- endmacro %}

{% macro default__days_between(first_date, last_date) -%}
    {{ dbt.datediff(first_date, last_date, 'day') }}
{%- endmacro %}

{# dbt's own macro fails for a null. #}
{% macro spark__days_between(first_date, last_date) -%}
    datediff({{ last_date }}, {{ first_date }})
{%- endmacro %}
