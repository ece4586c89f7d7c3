{# The var holdout_salt, checked, as it may stand in a SQL text. #}
{% macro _holdout_salt() %}
    {% set salt = var('holdout_salt') %}
    {% if salt is not string or not modules.re.match('^[A-Za-z0-9_.-]+$', salt) %}
        {{ exceptions.raise_compiler_error(
            "holdout_salt is '" ~ salt ~ "'; expected a word of letters, digits, dots and dashes. See docs/decisions.md"
        ) }}
    {% endif %}
    {{ return(salt) }}
{% endmacro %}
