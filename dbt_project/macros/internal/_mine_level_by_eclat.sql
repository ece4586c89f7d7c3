{# A level by Eclat: the basket lists of two itemsets that share all but the last item are joined. #}
{% macro _mine_level_by_eclat(level, mine) %}
    {% set rows_before = retention.work_table('rows_' ~ (level - 1)) %}
    {% set sets %}
        with counted as (

            select
                prefixes.set_id,
                extensions.item,
                count(*) as baskets_count
            from {{ rows_before }} as prefixes
            inner join {{ rows_before }} as extensions
                on prefixes.basket = extensions.basket
                and prefixes.parent_id = extensions.parent_id
                and prefixes.item < extensions.item
            group by prefixes.set_id, extensions.item
            having count(*) >= {{ mine.min_baskets }}

        )

        select
            cast(row_number() over (order by counted.set_id, counted.item) as integer) as set_id,
            {{ retention._item_columns(level - 1, 'sets.') }},
            counted.item as item_{{ level }},
            counted.baskets_count,
            counted.set_id as parent_id
        from counted
        inner join {{ retention.work_table('sets_' ~ (level - 1)) }} as sets on counted.set_id = sets.set_id
    {% endset %}
    {% do retention._create_work_table('sets_' ~ level, sets) %}
{% endmacro %}
