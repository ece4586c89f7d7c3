{# The churn definition in force, by the var of that name; stops the build where there is none of that name. #}
{% macro churn_definition() %}
    {% set name = var('churn_definition') %}
    {% if name not in retention._churn_definitions() %}
        {{ exceptions.raise_compiler_error(
            "churn_definition is '" ~ name ~ "'; allowed are " ~ retention._churn_definitions() | join(', ')
            ~ ". See docs/time.md"
        ) }}
    {% endif %}
    {{ return(name) }}
{% endmacro %}
