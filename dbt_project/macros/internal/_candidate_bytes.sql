{# Bytes that one candidate takes: its items, its keys and its count. #}
{% macro _candidate_bytes(level) %}
    {{ return(2 * level + 48) }}
{% endmacro %}
