{# Itemsets of one item (sets_1), which are the prefixes of pairs. #}
{% macro _mine_first_level(mine) %}
    {% set sets %}
        select
            code as set_id,
            code as prefix_number,
            cast(code as {{ mine.item_type }}) as item_1,
            baskets_count
        from {{ retention.work_table('items') }}
    {% endset %}
    {% do retention._create_work_table('sets_1', sets) %}
{% endmacro %}
