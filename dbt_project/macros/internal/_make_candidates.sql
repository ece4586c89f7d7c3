{# Candidates of a level: two itemsets that share all but the last item, if every other subset is
   frequent. Raises a clear error if there are too many candidates. #}
{% macro _make_candidates(level, mine) %}
    {% set before = retention.work_table('sets_' ~ (level - 1)) %}
    {% set joined_count = run_query(
        'select coalesce(sum(cast(sets_count as double) * (sets_count - 1) / 2), 0) from (select count(*) as '
        ~ 'sets_count from ' ~ before ~ ' group by ' ~ retention._item_columns(level - 2) ~ ') as sizes'
    )[0][0] | float %}
    {% set bytes = joined_count * (retention._candidate_bytes(level) | int) %}
    {% if bytes > mine.settings.max_level_gb * 1000000000 %}
        {% do retention._raise_level(level, joined_count, bytes, mine) %}
    {% endif %}
    {% set candidates %}
        select
            prefixes.set_id as prefix_id,
            extensions.set_id as extension_id,
            extensions.item_{{ level - 1 }} as item_{{ level }}
        from {{ before }} as prefixes
        inner join {{ before }} as extensions
            on prefixes.item_{{ level - 1 }} < extensions.item_{{ level - 1 }}
            {% for number in range(1, level - 1) %}
                and prefixes.item_{{ number }} = extensions.item_{{ number }}
            {% endfor %}
        {% for left_out in range(1, level - 1) %}
            inner join {{ before }} as without_{{ left_out }}
                on without_{{ left_out }}.item_{{ level - 1 }} = extensions.item_{{ level - 1 }}
                {% for number in range(1, level - 1) %}
                    and without_{{ left_out }}.item_{{ number }}
                    = prefixes.item_{{ number if number < left_out else number + 1 }}
                {% endfor %}
        {% endfor %}
    {% endset %}
    {% do retention._create_work_table('candidates_' ~ level, candidates) %}
{% endmacro %}
