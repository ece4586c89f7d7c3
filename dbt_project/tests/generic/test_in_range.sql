{# Fails with each value outside [low, high]; null passes. Either bound may be left out. #}
{% test in_range(model, column_name, low=none, high=none) %}

select {{ column_name }}
from {{ model }}
where
    {{ column_name }} is not null
    and (
        1 = 0
        {% if low is not none %}or {{ column_name }} < {{ low }}{% endif %}
        {% if high is not none %}or {{ column_name }} > {{ high }}{% endif %}
    )

{% endtest %}
