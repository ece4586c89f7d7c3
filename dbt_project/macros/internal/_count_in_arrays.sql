{# Lets the engine count in arrays of at most `bits` bits, and returns the setting before. #}
{% macro _count_in_arrays(bits) %}
    {{ return(adapter.dispatch('_count_in_arrays', 'retention')(bits)) }}
{% endmacro %}

{% macro default___count_in_arrays(bits) %}
    {% set before = run_query("select current_setting('perfect_ht_threshold')")[0][0] | int %}
    {% do run_query('set perfect_ht_threshold = ' ~ bits) %}
    {{ return(before) }}
{% endmacro %}

{% macro spark___count_in_arrays(bits) %}
    {{ return(0) }}
{% endmacro %}
