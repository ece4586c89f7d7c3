{# Minus the log of the probability that was given to what happened; probability held a millionth from 0 and 1. #}
{% macro log_loss(probability, is_churned) -%}
    -ln(
        greatest(
            case when {{ is_churned }} then {{ probability }} else 1 - {{ probability }} end, 0.000001
        )
    )
{%- endmacro %}
