{# The risk tier of a churn probability by risk_tier_thresholds: the highest one that it reaches, or low.

   ml_risk_tiers applies risk_tier_capacity too. #}
{% macro risk_tier(probability) -%}
    case
        {% for tier in retention.risk_tiers() %}
            when {{ probability }} >= {{ tier.threshold }} then {{ retention.quoted_list([tier.name]) }}
        {% endfor %}
        else 'low'
    end
{%- endmacro %}
