{# A number var, checked by the table of vars: setting(). #}
{% macro number_var(name, low=none, high=none, whole=false) %}
    {{ return(retention.setting(name)) }}
{% endmacro %}
