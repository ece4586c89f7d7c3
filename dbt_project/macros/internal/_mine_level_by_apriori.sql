{# Level 3 and up by Apriori: pruned candidates are looked up in the baskets that hold their first k - 1 items.

   One key of two numbers, so that the join by it comes last: joined by two columns, a planner may put the
   candidates before the baskets and multiply them. #}
{% macro _mine_level_by_apriori(level, mine) %}
    {% set settings = mine.settings %}
    {% set hits %}
        rows_before.basket,
        candidates.candidate_id
        from {{ retention.work_table('rows_' ~ (level - 1)) }} as rows_before
        inner join {{ retention.work_table('baskets') }} as baskets
            on rows_before.basket = baskets.basket
            and rows_before.item < baskets.item
            and baskets.item <= {{ retention._largest_item('candidates_' ~ level, level) }}
        inner join {{ retention.work_table('candidates_' ~ level) }} as candidates
            on candidates.candidate_key
            = cast(rows_before.set_id as bigint) * {{ mine.key_base }} + baskets.item
    {% endset %}
    {% if level < settings.max_length %}
        {% do retention._create_work_table('hits_' ~ level, 'select ' ~ hits) %}
    {% endif %}
    {% set sets %}
        with counted as (

            select
                candidate_id,
                count(*) as baskets_count
            from {% if level < settings.max_length -%}
                {{ retention.work_table('hits_' ~ level) }}
            {%- else -%}
                (select {{ hits }})
            {%- endif %} as hits
            group by candidate_id
            having count(*) >= {{ mine.min_baskets }}

        )

        select
            candidates.candidate_id as set_id,
            {{ retention._item_columns(level, 'candidates.') }},
            counted.baskets_count
        from counted
        inner join {{ retention.work_table('candidates_' ~ level) }} as candidates
            on counted.candidate_id = candidates.candidate_id
    {% endset %}
    {% do retention._create_work_table('sets_' ~ level, sets) %}
{% endmacro %}
