{# The churn definitions, in the order in which they are shown: the choices of the var churn_definition. #}
{% macro _churn_definitions() %}
    {{ return(retention._kind_of_var('churn_definition')['choices']) }}
{% endmacro %}
