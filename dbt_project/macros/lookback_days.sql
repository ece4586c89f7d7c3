{# The var lookback_days, checked. #}
{% macro lookback_days() %}
    {{ return(retention.number_var('lookback_days', 1, 36500, whole=true)) }}
{% endmacro %}
