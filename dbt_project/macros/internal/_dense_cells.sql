{# The largest number of counts in one array; 0 = the engine counts by hash only. #}
{% macro _dense_cells() %}
    {{ return(adapter.dispatch('_dense_cells', 'retention')()) }}
{% endmacro %}

{% macro default___dense_cells() %}
    {{ return(2 ** 22 - 2) }}
{% endmacro %}

{% macro spark___dense_cells() %}
    {{ return(0) }}
{% endmacro %}
