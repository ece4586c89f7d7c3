{# Query: the association rules "baskets with the antecedent have the consequent too" of frequent
   itemsets. Each itemset is split in every way (or with one item as consequent).

   itemsets: a relation with itemset_key (as itemset_key() makes it), length, item_1 .. item_<max_length>,
   baskets_count and all_baskets_count, closed under subsets. Counts are whole numbers up to the last
   division. Support, confidence: Agrawal, Imielinski and Swami 1993, "Mining association rules between
   sets of items". Lift (there: interest), conviction: Brin et al. 1997, "Dynamic itemset counting and
   implication rules"; null if the rule never fails. Leverage: Piatetsky-Shapiro 1991, "Discovery,
   analysis and presentation of strong rules". Zhang's metric: Zhang 2000, "Association rules"; from -1
   (never together) to 1, and 0 if an item is in every basket. #}
{% macro association_rules(itemsets, max_length, min_confidence=0, min_lift=0, single_consequent=false) %}
    with itemsets as (

        select * from {{ itemsets }}

    ),

    lengths as (

        {% for length in range(2, [max_length, 2] | max + 1) %}
            select
                {{ length }} as length,
                {{ 2 ** length - 1 }} as whole_mask
            {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    {# If bit n - 1 of a mask is set, item n is in the antecedent. #}
    masks as (

        select
            {% for number in range(1, max_length + 1) %}
                bits_{{ number }}.bit{{ ' +' if not loop.last }}
            {% endfor %}
                as mask
        from
            {% for number in range(1, max_length + 1) %}
                {{ 'cross join ' if not loop.first }}(
                    select 0 as bit
                    union all
                    select {{ 2 ** (number - 1) }} as bit
                ) as bits_{{ number }}
            {% endfor %}

    ),

    splits as (

        select
            lengths.length,
            masks.mask
        from lengths
        inner join masks
            on masks.mask between 1 and lengths.whole_mask - 1
            {% if single_consequent %}
                and ((lengths.whole_mask - masks.mask) & (lengths.whole_mask - masks.mask - 1)) = 0
            {% endif %}

    ),

    split_itemsets as (

        select
            itemsets.itemset_key,
            itemsets.length,
            itemsets.baskets_count,
            itemsets.all_baskets_count,
            {{ retention.itemset_key(max_length, 'itemsets.', 'splits.mask', 1) }} as antecedent_key,
            {{ retention.itemset_key(max_length, 'itemsets.', 'splits.mask', 0) }} as consequent_key
        from itemsets
        inner join splits on itemsets.length = splits.length

    ),

    counted as (

        select
            split_itemsets.itemset_key,
            split_itemsets.antecedent_key,
            split_itemsets.consequent_key,
            antecedents.length as antecedent_length,
            consequents.length as consequent_length,
            cast(split_itemsets.baskets_count as bigint) as baskets_count,
            cast(antecedents.baskets_count as bigint) as antecedent_baskets_count,
            cast(consequents.baskets_count as bigint) as consequent_baskets_count,
            cast(split_itemsets.all_baskets_count as bigint) as all_baskets_count
        from split_itemsets
        inner join itemsets as antecedents on split_itemsets.antecedent_key = antecedents.itemset_key
        inner join itemsets as consequents on split_itemsets.consequent_key = consequents.itemset_key

    ),

    compared as (

        select
            *,
            baskets_count * all_baskets_count - antecedent_baskets_count * consequent_baskets_count
                as surplus,
            greatest(
                baskets_count * (all_baskets_count - antecedent_baskets_count),
                antecedent_baskets_count * (consequent_baskets_count - baskets_count)
            ) as largest_surplus
        from counted

    ),

    rules as (

        select
            itemset_key,
            antecedent_key,
            consequent_key,
            antecedent_length,
            consequent_length,
            baskets_count,
            antecedent_baskets_count,
            consequent_baskets_count,
            cast(baskets_count as double) / cast(all_baskets_count as double) as support,
            cast(baskets_count as double) / cast(antecedent_baskets_count as double) as confidence,
            cast(baskets_count * all_baskets_count as double)
            / cast(antecedent_baskets_count * consequent_baskets_count as double) as lift,
            cast(surplus as double)
            / (cast(all_baskets_count as double) * cast(all_baskets_count as double)) as leverage,
            case
                when antecedent_baskets_count = baskets_count then cast(null as double)
                else
                    cast((all_baskets_count - consequent_baskets_count) * antecedent_baskets_count as double)
                    / cast(all_baskets_count * (antecedent_baskets_count - baskets_count) as double)
            end as conviction,
            case
                when largest_surplus = 0 then cast(0 as double)
                else cast(surplus as double) / cast(largest_surplus as double)
            end as zhangs_metric
        from compared

    )

    select * from rules
    where
        confidence >= {{ min_confidence }}
        and lift >= {{ min_lift }}
{% endmacro %}
