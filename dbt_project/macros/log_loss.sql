{# Minus the log of the probability that was given to the outcome; a probability below 1e-6 counts as 1e-6. #}
{% macro log_loss(probability, is_churned) -%}
    -ln(
        greatest(
            case when {{ is_churned }} then {{ probability }} else 1 - {{ probability }} end, 0.000001
        )
    )
{%- endmacro %}
