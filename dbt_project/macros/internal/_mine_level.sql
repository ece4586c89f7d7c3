{# Level 2 and up: rows that give which basket has which prefix are extended by one later item and
   counted.

   Prefixes are numbered by falling count, so most counts have low numbers. These are counted in an array
   with one place per key (a perfect hash, if the engine has one); the others are counted by hash, and
   only for candidates. The key is one number made of two, so that the join by it comes last: with two
   columns, a planner can join the candidates before the baskets and multiply them. #}
{% macro _mine_level(level, mine) %}
    {% set prefixes = retention.work_table('prefixes_' ~ level if level > 2 else 'sets_1') %}
    {% set prefixes_count = run_query('select count(*) from ' ~ prefixes)[0][0] | int %}
    {% set dense_prefixes = [(retention._dense_cells() | int) // mine.key_base - 1, 0] | max %}
    {% set key = retention._extended_key(level, mine.key_base, prefixes_count) %}
    {# At level 2 the item is its own prefix. The engine knows the range of a stored column, not of a cast. #}
    {% set prefix = 'rows_before.prefix_number' if level > 2 else 'rows_before.item' %}
    {% set parts = {} %}
    {% if dense_prefixes > 0 %}
        {% do parts.update({'dense': prefix ~ ' <= ' ~ dense_prefixes}) %}
    {% endif %}
    {% if prefixes_count > dense_prefixes %}
        {% do parts.update({'sparse': prefix ~ ' > ' ~ dense_prefixes}) %}
    {% endif %}
    {% set sets %}
        with counted as (

            {% for part, condition in parts.items() %}
                select
                    {{ key }} as set_key,
                    count(*) as baskets_count
                {{ retention._extended_rows(level, mine) }}
                {% if part == 'sparse' and level > 2 %}
                    inner join (
                        select
                            cast(prefixes.prefix_number as bigint) * {{ mine.key_base }}
                            + candidates.item_{{ level }} as candidate_key
                        from {{ retention.work_table('candidates_' ~ level) }} as candidates
                        inner join {{ prefixes }} as prefixes on candidates.prefix_id = prefixes.set_id
                    ) as candidates
                        on candidates.candidate_key = {{ key }}
                {% endif %}
                where
                    {{ condition }}
                    and extensions.item < {{ mine.key_base }}
                group by {{ key }}
                having count(*) >= {{ mine.min_baskets }}
                {{ 'union all' if not loop.last }}
            {% endfor %}

        ),

        split as (

            select
                set_key,
                baskets_count,
                cast((set_key - set_key % {{ mine.key_base }}) / {{ mine.key_base }} as integer)
                    as parent_number,
                cast(set_key % {{ mine.key_base }} as {{ mine.item_type }}) as item_{{ level }}
            from counted

        )

        select
            cast(row_number() over (order by split.set_key) as integer) as set_id,
            {{ retention._item_columns(level - 1, 'prefixes.') }},
            split.item_{{ level }},
            split.baskets_count,
            split.parent_number,
            split.set_key
        from split
        inner join {{ prefixes }} as prefixes on split.parent_number = prefixes.prefix_number
    {% endset %}
    {% do retention._create_work_table('sets_' ~ level, sets) %}
{% endmacro %}
