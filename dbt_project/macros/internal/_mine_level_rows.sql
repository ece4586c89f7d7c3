{# Which basket holds which frequent itemset of this level: of those only that a candidate of the next one extends. #}
{% macro _mine_level_rows(level, mine) %}
    {% set prefixes %}
        select *
        from {{ retention.work_table('sets_' ~ level) }}
        where set_id in (
            select prefix_id from {{ retention.work_table('candidates_' ~ (level + 1)) }}
            {% if mine.settings.strategy == 'eclat' %}
                union all
                select extension_id from {{ retention.work_table('candidates_' ~ (level + 1)) }}
            {% endif %}
        )
    {% endset %}
    {% do retention._create_work_table('prefixes', prefixes) %}
    {% set rows %}
        {% if mine.settings.strategy == 'eclat' %}
            select
                rows_before.basket,
                prefixes.parent_id,
                prefixes.set_id,
                extensions.item
            from {{ retention.work_table('rows_' ~ (level - 1)) }} as rows_before
            inner join {{ retention.work_table('rows_' ~ (level - 1)) }} as extensions
                on rows_before.basket = extensions.basket
                and rows_before.parent_id = extensions.parent_id
                and rows_before.item < extensions.item
            inner join (
                select
                    *,
                    cast(parent_id as bigint) * {{ mine.key_base }} + item_{{ level }} as set_key
                from {{ retention.work_table('prefixes') }}
            ) as prefixes
                on prefixes.set_key = cast(rows_before.set_id as bigint) * {{ mine.key_base }} + extensions.item
        {% elif level == 2 %}
            select
                first_items.basket,
                prefixes.set_id,
                later_items.item
            from {{ retention.work_table('baskets') }} as first_items
            inner join {{ retention.work_table('baskets') }} as later_items
                on first_items.basket = later_items.basket
                and first_items.item < later_items.item
            inner join (
                select
                    set_id,
                    cast(item_1 as bigint) * {{ mine.key_base }} + item_2 as set_key
                from {{ retention.work_table('prefixes') }}
            ) as prefixes
                on prefixes.set_key = cast(first_items.item as bigint) * {{ mine.key_base }} + later_items.item
            where
                first_items.item <= {{ retention._largest_item('prefixes', 1) }}
                and later_items.item <= {{ retention._largest_item('prefixes', 2) }}
        {% else %}
            select
                hits.basket,
                prefixes.set_id,
                prefixes.item_{{ level }} as item
            from {{ retention.work_table('hits_' ~ level) }} as hits
            inner join {{ retention.work_table('prefixes') }} as prefixes on hits.candidate_id = prefixes.set_id
        {% endif %}
    {% endset %}
    {% do retention._create_work_table('rows_' ~ level, rows) %}
    {% do retention._drop_work_tables(['prefixes']) %}
{% endmacro %}
