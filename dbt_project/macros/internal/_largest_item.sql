{# The largest code of the n-th item in a work table of itemsets, as a literal. Codes are by frequency, so
   it is a cheap filter that keeps rare items out of a join. #}
{% macro _largest_item(name, number) %}
    {{ return(run_query(
        'select coalesce(max(item_' ~ number ~ '), 0) from ' ~ retention.work_table(name)
    )[0][0] | int) }}
{% endmacro %}
