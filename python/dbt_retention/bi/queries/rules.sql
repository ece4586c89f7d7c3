-- One row per rule with one item on each side: the strongest ones that are frequent, at most $most.
with names as (

    select cast(product_id as varchar) as item, any_value(product_name) as product_name
    from mart_inventory_warning
    group by product_id

)

select
    coalesce(having_item.product_name, rules.antecedent) as antecedent,
    coalesce(wanted.product_name, rules.consequent) as consequent,
    rules.baskets_count,
    rules.support,
    rules.confidence,
    rules.lift
from mart_association_rules as rules
left join names as having_item on rules.antecedent = having_item.item
left join names as wanted on rules.consequent = wanted.item
where rules.antecedent_length = 1 and rules.consequent_length = 1
order by rules.lift desc, rules.baskets_count desc, antecedent, consequent
limit $most
