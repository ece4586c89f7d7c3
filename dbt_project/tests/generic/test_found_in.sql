{# Fails with each value of the column that is not in the same column of another model. other: the name of an
   ancestor of this model in the package; a name, not a ref, for the reason given in row_count_equals. #}
{% test found_in(model, column_name, other) %}

{% set other_relation = retention._relation_named(other) if execute and other is string else other %}

select tested.{{ column_name }}
from {{ model }} as tested
left join {{ other_relation }} as known on tested.{{ column_name }} = known.{{ column_name }}
where
    known.{{ column_name }} is null
    and tested.{{ column_name }} is not null

{% endtest %}
