-- One row per rule with one item on each side: the strongest ones that are frequent, at most $most.
select antecedent, consequent, baskets_count, support, confidence, lift
from mart_association_rules
where antecedent_length = 1 and consequent_length = 1
order by lift desc, baskets_count desc, antecedent, consequent
limit $most
