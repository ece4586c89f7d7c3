{# SQL of the length of an effect's window in days: the var effect_window_days, or the churn horizon.

   horizon: alias of int_retention__horizon. #}
{% macro effect_window_days(horizon) -%}
    {%- if retention.setting('effect_window_days') is none -%}
        {{ horizon }}.churn_horizon_days
    {%- else -%}
        {{ retention.setting('effect_window_days') }}
    {%- endif -%}
{%- endmacro %}
