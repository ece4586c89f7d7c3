{# From clause: rows of itemsets of level - 1 (basket, prefix_number, item: the last one), each extended
   by a later item of the basket. For Eclat the later item is of an itemset that shares all but the last
   item; at level 2 that is the same. #}
{% macro _extended_rows(level, mine) %}
    {% set baskets = retention.work_table('baskets') %}
    {% set eclat = mine.settings.strategy == 'eclat' and level > 2 %}
    from {{ retention.work_table('rows_' ~ (level - 1)) if level > 2 else
        '(select basket, cast(item as integer) as prefix_number, item from ' ~ baskets ~ ')' }} as rows_before
    inner join {{ retention.work_table('rows_' ~ (level - 1)) if eclat else baskets }} as extensions
        on rows_before.basket = extensions.basket
        {% if eclat %}
            and rows_before.parent_number = extensions.parent_number
        {% endif %}
        and rows_before.item < extensions.item
{% endmacro %}
