{# The risk tier of a churn probability by the var risk_tier_thresholds alone: the highest that it reaches, or low.
   Today's tiers heed risk_tier_capacity too: ml_risk_tiers. #}
{% macro risk_tier(probability) -%}
    case
        {% for tier in retention.risk_tiers() %}
            when {{ probability }} >= {{ tier.threshold }} then {{ retention.quoted_list([tier.name]) }}
        {% endfor %}
        else 'low'
    end
{%- endmacro %}
