-- One row per association rule: baskets with the antecedent have the consequent too, how often, and how much
-- more often than by chance.
{{ config(pre_hook="{{ check_rules(
    ref('int_retention__itemsets'), basket_settings(), setting('rule_single_consequent')
) }}") }}

with itemsets as (

    select * from {{ ref('int_retention__itemsets') }}

),

rules as (

    {{ association_rules(
        'itemsets',
        max_length=setting('apriori_max_length'),
        min_confidence=setting('rule_min_confidence'),
        min_lift=setting('rule_min_lift'),
        single_consequent=setting('rule_single_consequent')
    ) | indent(4) }}

),

named as (

    select
        antecedents.itemset as antecedent,
        consequents.itemset as consequent,
        cast(rules.antecedent_length as integer) as antecedent_length,
        cast(rules.consequent_length as integer) as consequent_length,
        rules.baskets_count,
        rules.support,
        rules.confidence,
        rules.lift,
        rules.leverage,
        rules.conviction,
        rules.zhangs_metric,
        rules.itemset_key,
        rules.antecedent_key,
        rules.consequent_key
    from rules
    inner join itemsets as antecedents on rules.antecedent_key = antecedents.itemset_key
    inner join itemsets as consequents on rules.consequent_key = consequents.itemset_key

)

select * from named
