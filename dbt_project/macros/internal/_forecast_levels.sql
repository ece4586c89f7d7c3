{# Estimates the memory of the levels after `level`, and raises a clear error if one of them would take
   too much, before minutes are spent on the levels between.

   Every frequent itemset of k + 1 items has k + 1 frequent subsets of k items. So their number is the
   number of itemsets of k items, times the mean number of items that extend one of them, divided by k +
   1. The mean is that of a fixed random sample. A random extension of a random itemset is a random
   itemset of the next level, which is sampled in turn. Of many baskets every m-th is read, so that a
   frequent itemset has a thousand of them. A forecast is not a count, so it stops the build only above
   125 % of the limit. #}
{% macro _forecast_levels(level, mine) %}
    {% set sample_size = 200 %}
    {% set sets_count = retention._work_table_size('sets_' ~ level) | float %}
    {% set found = {'sets_count': sets_count, 'rules_count': mine.rules_count} %}
    {% set step = [mine.min_baskets // 1000, 1] | max %}
    {% set least = mine.min_baskets / step %}
    {% set baskets = '(select basket, item from ' ~ retention.work_table('baskets')
        ~ ' where basket % ' ~ step ~ ' = 0)' %}
    {% set text = dbt.type_string() %}
    {% set sampled %}
        select
            set_id,
            {{ retention._item_columns(level) }}
        from {{ retention.work_table('sets_' ~ level) }}
        order by md5(cast(set_id as {{ text }})), set_id
        limit {{ sample_size }}
    {% endset %}
    {% do retention._create_work_table('sampled_sets', sampled) %}
    {% set items %}
        {% for number in range(1, level + 1) %}
            select set_id, item_{{ number }} as item
            from {{ retention.work_table('sampled_sets') }}
            {{ 'union all' if not loop.last }}
        {% endfor %}
    {% endset %}
    {% do retention._create_work_table('sampled_items', items) %}
    {% set rows %}
        select wanted.set_id, baskets.basket
        from {{ retention.work_table('sampled_items') }} as wanted
        inner join {{ baskets }} as baskets on wanted.item = baskets.item
        group by wanted.set_id, baskets.basket
        having count(*) = {{ level }}
    {% endset %}
    {% do retention._create_work_table('sampled_rows', rows) %}
    {% for next_level in range(level + 1, mine.settings.max_length + 1) if found.sets_count >= 1 %}
        {% set extensions %}
            select
                row_number() over (order by md5(
                    cast(counted.set_id as {{ text }}) || '-' || cast(counted.item as {{ text }})
                ), counted.set_id, counted.item) as extension_id,
                counted.set_id,
                counted.item,
                case when counted.item > last_items.item then 1 else 0 end as is_later
            from (
                select sampled.set_id, extensions.item
                from {{ retention.work_table('sampled_rows') }} as sampled
                inner join {{ baskets }} as extensions on sampled.basket = extensions.basket
                group by sampled.set_id, extensions.item
                having count(*) >= {{ least }}
            ) as counted
            inner join (
                select set_id, max(item) as item
                from {{ retention.work_table('sampled_items') }}
                group by set_id
            ) as last_items
                on counted.set_id = last_items.set_id
            left join {{ retention.work_table('sampled_items') }} as held
                on
                    counted.set_id = held.set_id
                    and counted.item = held.item
            where held.item is null
        {% endset %}
        {% do retention._create_work_table('sampled_extensions', extensions) %}
        {% set sampled_count = run_query(
            'select count(distinct set_id) from ' ~ retention.work_table('sampled_items')
        )[0][0] | int %}
        {% set rows_to_extend = run_query(
            'select count(*) from ' ~ retention.work_table('sampled_rows')
            ~ ' where set_id in (select set_id from ' ~ retention.work_table('sampled_extensions')
            ~ ' where is_later = 1)'
        )[0][0] | float %}
        {% set sets_before = found.sets_count %}
        {% set sets_count = sets_before * (retention._work_table_size('sampled_extensions') | int)
            / ([sampled_count, 1] | max) / next_level %}
        {% set bytes = sets_count * (retention._candidate_bytes(next_level) | int)
            + rows_to_extend * step * sets_before / ([sampled_count, 1] | max) * 12 %}
        {% do found.update({
            'sets_count': sets_count,
            'rules_count': found.rules_count
                + sets_count * retention._rules_of_length(next_level, mine.settings),
        }) %}
        {% if sets_count >= 1 %}
            {% do log(
                'length ' ~ next_level ~ ': about ' ~ '{:,.2g}'.format(sets_count) ~ ' itemsets and '
                ~ '{:,.2g}'.format(bytes / 1000000000) ~ ' GB expected'
            ) %}
        {% endif %}
        {% if bytes > 1.25 * mine.settings.max_level_gb * 1000000000 %}
            {% do retention._raise_level(next_level, sets_count, bytes, mine, sampled_level=level) %}
        {% endif %}
        {% do retention._check_rules_count(
            found.rules_count, mine.settings, up_to_length=next_level, sampled_level=level
        ) %}
        {% set chosen = '(select * from ' ~ retention.work_table('sampled_extensions')
            ~ ' where extension_id <= ' ~ sample_size ~ ')' %}
        {% set next_items %}
            select chosen.extension_id as set_id, held.item
            from {{ chosen }} as chosen
            inner join {{ retention.work_table('sampled_items') }} as held on chosen.set_id = held.set_id
            union all
            select extension_id as set_id, item
            from {{ chosen }} as chosen
        {% endset %}
        {% set next_rows %}
            select chosen.extension_id as set_id, baskets.basket
            from {{ chosen }} as chosen
            inner join {{ retention.work_table('sampled_rows') }} as rows_before
                on chosen.set_id = rows_before.set_id
            inner join {{ baskets }} as baskets
                on
                    rows_before.basket = baskets.basket
                    and chosen.item = baskets.item
        {% endset %}
        {% do retention._create_work_table('next_sampled_items', next_items) %}
        {% do retention._create_work_table('next_sampled_rows', next_rows) %}
        {% for name in ('sampled_items', 'sampled_rows') %}
            {% set next_rows = 'select * from ' ~ retention.work_table('next_' ~ name) %}
            {% do retention._create_work_table(name, next_rows) %}
        {% endfor %}
    {% endfor %}
    {% do retention._drop_work_tables([
        'sampled_sets', 'sampled_items', 'sampled_rows', 'next_sampled_items', 'next_sampled_rows',
        'sampled_extensions'
    ]) %}
{% endmacro %}
