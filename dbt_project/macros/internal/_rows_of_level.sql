{# How many rows say which basket holds which itemset of a level: what the next level extends. #}
{% macro _rows_of_level(level) %}
    {{ return(run_query(
        'select coalesce(sum(baskets_count), 0) from ' ~ retention.work_table('sets_' ~ level)
    )[0][0] | float) }}
{% endmacro %}
