{# Fails where the share of a salted split differs from the expected share by more than chance. The var
   sample_ratio_alarm is the probability of a false alarm. A two-sided normal test: the chi-square test of two
   groups.

   condition: SQL condition of the smaller group; share: its expected share of all rows; within: columns of
   separate experiments. #}
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
    || ': the arms are not a random split any more' as problem
from counted
where
    abs(group_count - rows_count * {{ share }})
    > {{ normal_quantile('1 - ' ~ retention.setting('sample_ratio_alarm') ~ ' / 2e0') }}
    * sqrt(rows_count * {{ share }} * (1 - {{ share }}))
    + 0.5

{% endtest %}
