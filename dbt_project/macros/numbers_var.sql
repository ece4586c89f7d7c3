{# A var of some numbers by key, checked by the table of vars: setting(). #}
{% macro numbers_var(name, keys=none, low=none, high=none, rising=false) %}
    {{ return(retention.setting(name)) }}
{% endmacro %}
