{# A var that lists texts, checked by the table of vars: setting(). #}
{% macro texts_var(name, lower=false) %}
    {{ return(retention.setting(name)) }}
{% endmacro %}
