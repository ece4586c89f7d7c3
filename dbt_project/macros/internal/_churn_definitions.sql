{# The churn definitions there are, in the order in which they are shown. #}
{% macro _churn_definitions() %}
    {{ return(['fixed_horizon', 'personal_cadence', 'spend_decline']) }}
{% endmacro %}
