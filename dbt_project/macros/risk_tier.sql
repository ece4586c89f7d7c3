{# The risk tier of a churn probability by the var risk_tier_thresholds alone: the highest that it reaches, or low.
   Today's tiers heed risk_tier_capacity too: ml_risk_tiers. #}
{% macro risk_tier(probability) -%}
    case
        {% for tier in risk_tiers() %}
            when {{ probability }} >= {{ tier.threshold }} then '{{ tier.name }}'
        {% endfor %}
        else 'low'
    end
{%- endmacro %}
