{# The var min_group_size, checked: figures about fewer customers are not told. #}
{% macro min_group_size() %}
    {{ return(retention.number_var('min_group_size', 0, 1000000, whole=true)) }}
{% endmacro %}
