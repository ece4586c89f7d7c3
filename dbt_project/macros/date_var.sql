{# A date var as SQL: day_setting(). #}
{% macro date_var(name, or_null=true) %}
    {{ return(retention.day_setting(name)) }}
{% endmacro %}
