{# Level 2: every pair that stands in a basket is counted, which costs less than to join candidates first. Grouping
   by one number is faster than by two; the division that takes it apart again leaves no remainder. #}
{% macro _mine_pairs(mine) %}
    {% set key_type = 'integer' if mine.key_base < 46000 else 'bigint' %}
    {% set pairs %}
        with counted as (

            select
                cast(first_items.item as {{ key_type }}) * {{ mine.key_base }} + later_items.item as pair_key,
                count(*) as baskets_count
            from {{ retention.work_table('baskets') }} as first_items
            inner join {{ retention.work_table('baskets') }} as later_items
                on first_items.basket = later_items.basket
                and first_items.item < later_items.item
            group by cast(first_items.item as {{ key_type }}) * {{ mine.key_base }} + later_items.item
            having count(*) >= {{ mine.min_baskets }}

        )

        select
            cast(row_number() over (order by pair_key) as integer) as set_id,
            cast((pair_key - pair_key % {{ mine.key_base }}) / {{ mine.key_base }} as {{ mine.item_type }}) as item_1,
            cast(pair_key % {{ mine.key_base }} as {{ mine.item_type }}) as item_2,
            baskets_count
        from counted
    {% endset %}
    {% do retention._create_work_table('sets_2', pairs) %}
{% endmacro %}
