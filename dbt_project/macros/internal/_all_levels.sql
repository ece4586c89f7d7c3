{# Query: the itemsets of all levels in one shape: length, item_1 .. item_<width>, baskets_count. #}
{% macro _all_levels(levels, width) %}
    {% for level in range(1, levels + 1) %}
        select
            {{ level }} as length,
            {% for number in range(1, width + 1) %}
                {% if number <= level %}
                    cast(item_{{ number }} as integer) as item_{{ number }},
                {% else %}
                    cast(null as integer) as item_{{ number }},
                {% endif %}
            {% endfor %}
            baskets_count
        from {{ retention.work_table('sets_' ~ level) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
