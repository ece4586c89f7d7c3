{# Finds every itemset that at least min_support of the baskets contain, level by level, as SQL
   aggregations.

   lines: a relation (or a query in brackets) with one row per basket and item; `basket` (an integer) and
   `item` are its columns. Rows with a null in one of them do not count, and duplicates count once. Filter
   it by a segment or a window to find the itemsets of that segment. settings: see itemset_settings().

   Writes two work tables and returns {itemsets, items, baskets_count, min_baskets_count, levels}:
   itemsets (length, item_1 .. item_<max_length> as codes in rising order, null beyond the length,
   baskets_count) and items (code, item, baskets_count). Codes start at 1 with the most frequent item;
   equal counts are ordered by the item.

   Strategies: apriori counts pruned candidates in the baskets (Agrawal and Srikant 1994, "Fast algorithms
   for mining association rules"); eclat joins the basket lists of two itemsets that share all but the
   last item (Zaki 2000, "Scalable algorithms for association mining"). Both give the same itemsets. #}
{% macro mine_itemsets(lines, settings, basket='basket_number', item='item_code') %}
    {% set basket_sizes = run_query(
        'select count(*), coalesce(sum(cast(lines_count as double) * (lines_count - 1) / 2), 0) '
        ~ 'from (select count(*) as lines_count from ' ~ lines ~ ' as lines '
        ~ 'where ' ~ basket ~ ' is not null and ' ~ item ~ ' is not null group by ' ~ basket ~ ') as sizes'
    )[0] %}
    {% set baskets_count = basket_sizes[0] | int %}
    {% set min_baskets = retention.itemset_min_baskets(settings.min_support, baskets_count) | int %}
    {% do retention._mine_items(lines, basket, item, min_baskets, settings.is_deduplicated) %}
    {% set sizes = [retention._work_table_size('items') | int] %}
    {% set mine = {
        'baskets_count': baskets_count,
        'min_baskets': min_baskets,
        'most_pairs_count': basket_sizes[1] | float,
        'item_type': 'smallint' if sizes[0] < 32767 else 'integer',
        'key_base': sizes[0] + 1,
        'prefixes_count': sizes[0],
        'settings': settings,
        'is_forecast': false,
        'rules_count': 0,
    } %}
    {% do retention._mine_first_level(mine) %}
    {% do log('length 1: ' ~ '{:,}'.format(sizes[0]) ~ ' itemsets') %}
    {% set array_bits_before = retention._count_in_arrays(22) %}
    {% set forecast_from_level, forecast_from_rows = 3, 20000000 %}
    {# A frequent itemset of k items has k frequent subsets of k - 1 items: with fewer there is none. #}
    {% for level in range(2, settings.max_length + 1) %}
        {% if sizes | length == level - 1 and sizes[-1] >= level %}
            {% if level == 2 %}
                {% do retention._check_pairs(sizes[-1], mine) %}
            {% else %}
                {% do retention._make_candidates(level, mine) %}
                {% do retention._mine_level_rows(level, mine) %}
            {% endif %}
            {% do retention._mine_level(level, mine) %}
            {% do sizes.append(retention._work_table_size('sets_' ~ level) | int) %}
            {% do log('length ' ~ level ~ ': ' ~ '{:,}'.format(sizes[-1]) ~ ' itemsets') %}
            {% do mine.update({
                'rules_count': mine.rules_count + sizes[-1] * retention._rules_of_length(level, settings)
            }) %}
            {% do retention._check_rules_count(mine.rules_count, settings, up_to_length=level) %}
            {% if forecast_from_level <= level < settings.max_length and not mine.is_forecast
                and retention._rows_of_level(level) > forecast_from_rows %}
                {% do mine.update({'is_forecast': true}) %}
                {% do retention._forecast_levels(level, mine) %}
            {% endif %}
            {% do retention._drop_work_tables(
                ['rows_' ~ (level - 2), 'prefixes_' ~ level, 'candidates_' ~ level]
            ) %}
        {% endif %}
    {% endfor %}
    {% do retention._count_in_arrays(array_bits_before) %}
    {% set levels = sizes | length %}
    {% do retention._create_work_table('itemsets', retention._all_levels(levels, settings.max_length)) %}
    {% do retention._drop_work_tables(['baskets']) %}
    {% for level in range(1, levels + 1) %}
        {% do retention._drop_work_tables(['sets_' ~ level, 'rows_' ~ level]) %}
    {% endfor %}
    {{ return({
        'itemsets': retention.work_table('itemsets'),
        'items': retention.work_table('items'),
        'baskets_count': baskets_count,
        'min_baskets_count': min_baskets,
        'levels': sizes,
    }) }}
{% endmacro %}
