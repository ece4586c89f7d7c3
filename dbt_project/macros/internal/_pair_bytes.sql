{# Bytes that the pairs take: a count for each that occurs, and 12 for each row that says who has it. #}
{% macro _pair_bytes(candidates_count, rows_count) %}
    {{ return([candidates_count, rows_count] | min * (retention._candidate_bytes(2) | int) + rows_count * 12) }}
{% endmacro %}
