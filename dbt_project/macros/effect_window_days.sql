{# SQL of how many days after the assignment count: the var effect_window_days, or the churn horizon.

   horizon: alias of int_retention__horizon. #}
{% macro effect_window_days(horizon) -%}
    {%- if var('effect_window_days', none) is none -%}
        {{ horizon }}.churn_horizon_days
    {%- else -%}
        {{ number_var('effect_window_days', 1, 3650, whole=true) }}
    {%- endif -%}
{%- endmacro %}
