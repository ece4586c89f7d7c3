{# Frequent items with their codes (the work table items) and the baskets with these codes (baskets).

   Raw lines are counted first, which is cheap and can only keep too many items. Then duplicates are
   removed, which takes memory, and the count is exact. Without duplicates the first count is exact. #}
{% macro _mine_items(lines, basket, item, min_baskets, is_deduplicated) %}
    {% set counted_name = 'items' if is_deduplicated else 'likely_items' %}
    {% set counted %}
        select
            cast(row_number() over (order by count(*) desc, {{ item }}) as integer) as code,
            {{ item }} as item,
            count(*) as baskets_count
        from {{ lines }} as lines
        where {{ item }} is not null and {{ basket }} is not null
        group by {{ item }}
        having count(*) >= {{ min_baskets }}
    {% endset %}
    {% do retention._create_work_table(counted_name, counted) %}
    {% set item_type = 'smallint' if retention._work_table_size(counted_name) | int < 32767 else 'integer' %}
    {% set coded_lines %}
        select {{ 'distinct' if not is_deduplicated }}
            lines.{{ basket }} as basket,
            cast(items.code as {{ item_type }}) as item
        from {{ lines }} as lines
        inner join {{ retention.work_table(counted_name) }} as items on lines.{{ item }} = items.item
        where lines.{{ basket }} is not null
    {% endset %}
    {% do retention._create_work_table('baskets' if is_deduplicated else 'lines', coded_lines) %}
    {% if not is_deduplicated %}
        {% set items %}
            with counted as (

                select
                    item as likely_code,
                    count(*) as baskets_count
                from {{ retention.work_table('lines') }}
                group by item
                having count(*) >= {{ min_baskets }}

            )

            select
                cast(
                row_number() over (order by counted.baskets_count desc, likely_items.item) as integer
            ) as code,
                counted.likely_code,
                likely_items.item,
                counted.baskets_count
            from counted
            inner join {{ retention.work_table('likely_items') }} as likely_items
                on counted.likely_code = likely_items.code
        {% endset %}
        {% do retention._create_work_table('items', items) %}
        {% set baskets %}
            select
                lines.basket,
                cast(items.code as {{ item_type }}) as item
            from {{ retention.work_table('lines') }} as lines
            inner join {{ retention.work_table('items') }} as items on lines.item = items.likely_code
        {% endset %}
        {% do retention._create_work_table('baskets', baskets) %}
        {% do retention._drop_work_tables(['lines', 'likely_items']) %}
    {% endif %}
{% endmacro %}
