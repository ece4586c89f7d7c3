{# Which basket has which frequent itemset of level - 1, only for itemsets that a candidate of the level
   extends. Raises a clear error if these rows and the candidates would take too much memory. #}
{% macro _mine_level_rows(level, mine) %}
    {% set eclat = mine.settings.strategy == 'eclat' %}
    {% set before = level - 1 %}
    {% set prefixes %}
        select
            cast(row_number() over (order by set_id) as integer) as prefix_number,
            *
        from {{ retention.work_table('sets_' ~ before) }}
        where set_id in (
            select prefix_id from {{ retention.work_table('candidates_' ~ level) }}
            {% if eclat %}
                union all
                select extension_id from {{ retention.work_table('candidates_' ~ level) }}
            {% endif %}
        )
    {% endset %}
    {% do retention._create_work_table('prefixes_' ~ level, prefixes) %}
    {% set candidates_count = retention._work_table_size('candidates_' ~ level) | int %}
    {% set sizes = run_query(
        'select count(*), coalesce(sum(baskets_count), 0) from ' ~ retention.work_table('prefixes_' ~ level)
    )[0] %}
    {% set bytes = candidates_count * (retention._candidate_bytes(level) | int) + (sizes[1] | float) * 12 %}
    {% do log(
        'length ' ~ level ~ ': ' ~ '{:,}'.format(candidates_count) ~ ' candidates, about '
        ~ '{:,.2g}'.format(bytes / 1000000000) ~ ' GB'
    ) %}
    {% if bytes > mine.settings.max_level_gb * 1000000000 %}
        {% do retention._raise_level(level, candidates_count, bytes, mine) %}
    {% endif %}
    {% set key_before = retention._extended_key(before, mine.key_base, mine.prefixes_count) %}
    {% set rows %}
        select
            rows_before.basket,
            {% if eclat %}
                rows_before.prefix_number as parent_number,
            {% endif %}
            prefixes.prefix_number,
            extensions.item
        {{ retention._extended_rows(before, mine) }}
        inner join {{ retention.work_table('prefixes_' ~ level) }} as prefixes
            on prefixes.set_key = {{ key_before }}
        where
            rows_before.item <= {{ retention._largest_item('prefixes_' ~ level, level - 2) }}
            and extensions.item <= {{ retention._largest_item('prefixes_' ~ level, before) }}
    {% endset %}
    {% do retention._create_work_table('rows_' ~ before, rows) %}
    {% do mine.update({
        'prefixes_count': sizes[0] | int,
        'key_base': (retention._largest_item('candidates_' ~ level, level) | int) + 1,
    }) %}
{% endmacro %}
