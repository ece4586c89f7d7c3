{# The risk tier of a churn probability by the var risk_tier_thresholds: the highest tier that it reaches, or low. #}
{% macro risk_tier(probability) -%}
    case
        {% for tier, threshold in var('risk_tier_thresholds').items()
            | sort(attribute='1', reverse=true) %}
            when {{ probability }} >= {{ threshold }} then '{{ tier }}'
        {% endfor %}
        else 'low'
    end
{%- endmacro %}
