{# Fails with each feature that alone predicts the label too well, probably by leakage: an AUC, in either
   direction, of at least the var leakage_alarm_auc on the test date. answer: the boolean column of the label.

   Null counts as the lowest value. With less than 100 rows of either answer the test always passes, because
   chance alone could raise the alarm. other_answers: columns that are labels too. #}
{% test no_feature_tells_the_answer(model, answer, other_answers=[]) %}

{% set threshold = retention.setting('leakage_alarm_auc') %}
{% set features = [] %}
{% if execute and threshold is not none %}
    {% for column in adapter.get_columns_in_relation(model)
        if (column.is_number() or column.dtype | lower == 'boolean')
        and column.name | lower not in [answer] + other_answers %}
        {% do features.append(column.name) %}
    {% endfor %}
{% endif %}

{# Read once: the model may be an expensive view. #}
with tested as (

    select * from {{ model }}
    where split = 'test'

),

counted as (

    {% for feature in features %}
        select
            '{{ feature }}' as feature,
            cast({{ feature }} as double) as feature_value,
            cast(sum(case when {{ answer }} then 1 else 0 end) as double) as yes_count,
            cast(sum(case when {{ answer }} then 0 else 1 end) as double) as no_count
        from tested
        group by {{ feature }}
        {{ 'union all' if not loop.last }}
    {% else %}
        select
            cast(null as {{ dbt.type_string() }}) as feature,
            cast(null as double) as feature_value,
            cast(null as double) as yes_count,
            cast(null as double) as no_count
        from (select 1 as nothing) as no_rows
        where nothing = 0
    {% endfor %}

),

ordered as (

    select
        *,
        sum(no_count) over (
            partition by feature
            order by feature_value nulls first
            rows between unbounded preceding and current row
        ) - no_count as no_below_count
    from counted

),

{# The share of pairs, one row of each answer, in which the feature is higher for yes; ties count half. #}
judged as (

    select
        feature,
        sum(yes_count) as yes_count,
        sum(no_count) as no_count,
        sum(yes_count * (no_below_count + no_count / 2))
        / nullif(sum(yes_count) * sum(no_count), 0) as feature_auc
    from ordered
    group by feature

)

select *
from judged
where
    yes_count >= 100
    and no_count >= 100
    and greatest(feature_auc, 1 - feature_auc) >= {{ threshold if threshold is not none else 2 }}

{% endtest %}
