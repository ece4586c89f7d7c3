{# Longer itemsets. A cheap upper bound comes first; where it is past the cap, a 32nd of the baskets is joined. #}
{% macro _check_candidates(level, mine) %}
    {% set cap = mine.settings.max_level_gb * 1000000000 %}
    {% set bound = run_query(
        'select count(*), coalesce(sum(most_baskets_count), 0) from ' ~ retention.work_table('candidates_' ~ level)
    )[0] %}
    {% set candidates_count = bound[0] | int %}
    {% set bytes = candidates_count * (retention._candidate_bytes(level) | int) %}
    {% if bytes + (bound[1] | float) * 12 > cap %}
        {% set sample %}
            select count(*)
            from (
                select
                    basket,
                    set_id,
                    item
                from {{ retention.work_table('rows_' ~ (level - 1)) }}
                where {{ retention.hash_bucket('cast(basket as ' ~ dbt.type_string() ~ ')', 32) }} = 0
            ) as rows_before
            inner join {{ retention.work_table('baskets') }} as baskets
                on rows_before.basket = baskets.basket
                and rows_before.item < baskets.item
            inner join {{ retention.work_table('candidates_' ~ level) }} as candidates
                on candidates.candidate_key
                = cast(rows_before.set_id as bigint) * {{ mine.key_base }} + baskets.item
        {% endset %}
        {% set bytes = bytes + 12 * 32 * (run_query(sample)[0][0] | float) %}
        {% if bytes > cap %}
            {% do retention._raise_level(level, candidates_count, bytes, mine) %}
        {% endif %}
    {% endif %}
{% endmacro %}
