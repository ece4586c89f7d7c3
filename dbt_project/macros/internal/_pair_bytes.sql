{# Bytes that the pairs take: a count for each pair that occurs, and 12 for each row of a basket with it. #}
{% macro _pair_bytes(candidates_count, rows_count) %}
    {% set counts = [candidates_count, rows_count] | min %}
    {{ return(counts * (retention._candidate_bytes(2) | int) + rows_count * 12) }}
{% endmacro %}
