{# A var of the baskets room, checked by the table of vars: setting(). #}
{% macro basket_var(name) %}
    {{ return(retention.setting(name)) }}
{% endmacro %}
