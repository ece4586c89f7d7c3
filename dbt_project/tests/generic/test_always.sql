{# Fails with each row for which the SQL condition is not true; null counts as false. #}
{% test always(model, condition) %}

select *
from {{ model }}
where not coalesce({{ condition }}, false)

{% endtest %}
