{# Frequent items with their codes: the work table items. Counting raw lines first is cheap and can only keep too
   many items; then duplicates go, which takes memory, and the count is exact. #}
{% macro _mine_items(lines, basket, item, min_baskets, is_deduplicated) %}
    {% set likely %}
        select
            cast(row_number() over (order by count(*) desc, {{ item }}) as integer) as likely_code,
            {{ item }} as item
        from {{ lines }} as lines
        where {{ item }} is not null and {{ basket }} is not null
        group by {{ item }}
        having count(*) >= {{ min_baskets }}
    {% endset %}
    {% do retention._create_work_table('likely_items', likely) %}
    {% set distinct_lines %}
        select {{ 'distinct' if not is_deduplicated }}
            lines.{{ basket }} as basket,
            likely_items.likely_code
        from {{ lines }} as lines
        inner join {{ retention.work_table('likely_items') }} as likely_items on lines.{{ item }} = likely_items.item
        where lines.{{ basket }} is not null
    {% endset %}
    {% do retention._create_work_table('lines', distinct_lines) %}
    {% set items %}
        with counted as (

            select
                likely_code,
                count(*) as baskets_count
            from {{ retention.work_table('lines') }}
            group by likely_code
            having count(*) >= {{ min_baskets }}

        )

        select
            cast(row_number() over (order by counted.baskets_count desc, likely_items.item) as integer) as code,
            counted.likely_code,
            likely_items.item,
            counted.baskets_count
        from counted
        inner join {{ retention.work_table('likely_items') }} as likely_items
            on counted.likely_code = likely_items.likely_code
    {% endset %}
    {% do retention._create_work_table('items', items) %}
    {% do retention._drop_work_tables(['likely_items']) %}
{% endmacro %}
