{# Itemsets of one item (sets_1), the baskets with codes of frequent items (baskets), and which basket holds which
   itemset of one item (rows_1), for the strategy that needs it. #}
{% macro _mine_first_level(mine) %}
    {% set sets %}
        select
            code as set_id,
            cast(code as {{ mine.item_type }}) as item_1,
            baskets_count
        from {{ retention.work_table('items') }}
    {% endset %}
    {% do retention._create_work_table('sets_1', sets) %}
    {% set baskets %}
        select
            lines.basket,
            cast(items.code as {{ mine.item_type }}) as item
        from {{ retention.work_table('lines') }} as lines
        inner join {{ retention.work_table('items') }} as items
            on lines.likely_code = items.likely_code
    {% endset %}
    {% do retention._create_work_table('baskets', baskets) %}
    {% do retention._drop_work_tables(['lines']) %}
    {% if mine.settings.strategy == 'eclat' %}
        {% set rows %}
            select
                basket,
                0 as parent_id,
                cast(item as integer) as set_id,
                item
            from {{ retention.work_table('baskets') }}
        {% endset %}
        {% do retention._create_work_table('rows_1', rows) %}
    {% endif %}
{% endmacro %}
