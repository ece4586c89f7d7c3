-- noqa: disable=LT04
-- One row per frequent itemset: items that at least the share apriori_min_support of the baskets contain.
-- The hook finds them level by level in work tables; this query gives them their names.
{{ config(
    pre_hook="{{ mine_basket_itemsets(ref('int_retention__baskets')) }}",
    post_hook="{{ _drop_work_tables(['itemsets', 'items']) }}"
) }}

{% set max_length = setting('apriori_max_length') %}

with itemsets as (

    select * from {{ work_table('itemsets') }}

),

frequent_items as (

    select * from {{ work_table('items') }}

),

items as (

    select
        frequent_items.code,
        items.item_code,
        items.item_label,
        items.all_baskets_count
    from frequent_items
    inner join {{ ref('int_retention__items') }} as items on frequent_items.item = items.item_code

),

named as (

    select
        itemsets.length,
        {% for number in range(1, max_length + 1) %}
            items_{{ number }}.item_code as item_{{ number }},
        {% endfor %}
        concat_ws(
            ' + '
            {% for number in range(1, max_length + 1) %}
                , items_{{ number }}.item_label
            {% endfor %}
        ) as itemset,
        itemsets.baskets_count,
        items_1.all_baskets_count
    from itemsets
    {% for number in range(1, max_length + 1) %}
        left join items as items_{{ number }} on itemsets.item_{{ number }} = items_{{ number }}.code
    {% endfor %}

),

keyed as (

    select
        {{ itemset_key(max_length) }} as itemset_key,
        *
    from named

)

select * from keyed
