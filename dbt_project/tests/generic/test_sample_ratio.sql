{# Fails where a salted split is further from its share than chance allows: the var sample_ratio_alarm is how often chance
   alone may raise this alarm. A two-sided normal test, which is the chi-square test of two groups.

   condition: who is in the smaller group; share: what it should hold of all rows; within: columns of separate experiments. #}
{% test sample_ratio(model, condition, share, within=[]) %}

with counted as (

    select
        {% for column in within %}
            {{ column }},
        {% endfor %}
        cast(count(*) as double) as rows_count,
        cast(sum(case when {{ condition }} then 1 else 0 end) as double) as group_count
    from {{ model }}
    {{ 'group by ' ~ within | join(', ') if within }}

)

select
    *,
    'expected ' || cast(round(rows_count * {{ share }}) as {{ dbt.type_string() }})
    || ', found ' || cast(group_count as {{ dbt.type_string() }})
    || ': the arms are no random split any more' as problem
from counted
where
    abs(group_count - rows_count * {{ share }})
    > {{ normal_quantile('1 - ' ~ retention.setting('sample_ratio_alarm') ~ ' / 2e0') }}
    * sqrt(rows_count * {{ share }} * (1 - {{ share }}))
    + 0.5

{% endtest %}
