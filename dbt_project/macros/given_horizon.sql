{# The var churn_horizon_days where it is a number of days, null where it is 'auto'; stops the build where it is neither. #}
{% macro given_horizon() %}
    {% set value = var('churn_horizon_days') %}
    {% if value == 'auto' %}
        {{ return('cast(null as integer)') }}
    {% endif %}
    {% if value is not integer or value is boolean or value < 1 %}
        {{ exceptions.raise_compiler_error(
            "churn_horizon_days is '" ~ value ~ "'; expected a whole number of days from 1, or auto. "
            ~ "See docs/time.md"
        ) }}
    {% endif %}
    {{ return(value | string) }}
{% endmacro %}
