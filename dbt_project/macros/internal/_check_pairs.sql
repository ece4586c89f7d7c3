{# Before pairs are counted: estimates the memory, and raises a clear error if it is more than
   max_level_gb.

   Every pair of lines in a basket is at most one pair of frequent items. items_count: number of frequent
   items. #}
{% macro _check_pairs(items_count, mine) %}
    {% set candidates_count = items_count * (items_count - 1) / 2 %}
    {% set cap = mine.settings.max_level_gb * 1000000000 %}
    {% set bytes = retention._pair_bytes(candidates_count, mine.most_pairs_count) | float %}
    {% if bytes > cap %}
        {% set rows_count = run_query(
            'select coalesce(sum(cast(items_count as double) * (items_count - 1) / 2), 0) '
            ~ 'from (select count(*) as items_count from ' ~ retention.work_table('baskets')
            ~ ' group by basket) as sizes'
        )[0][0] | float %}
        {% set bytes = retention._pair_bytes(candidates_count, rows_count) | float %}
        {% if bytes > cap %}
            {% do retention._raise_level(2, candidates_count, bytes, mine) %}
        {% endif %}
    {% endif %}
{% endmacro %}
