-- One row per feature, and one per reason: how important is it for the predictions of the champion?
-- Features: the rise of the log loss if the feature is shuffled, on the test date of the model. Reasons: the
-- mean absolute contribution (Shapley value, in log-odds) among the customers that are warned.
{% set text = dbt.type_string() %}
{% set words = feature_words() or {'': ''} %}

with importance as (

    select * from {{ ref('ml_churn_importance') }}

),

contributions as (

    select * from {{ ref('ml_churn_reasons') }}

),

champion as (

    select distinct model_version from {{ ref('ml_churn_model') }}
    where is_champion

),

of_features as (

    select
        'feature' as subject,
        feature as name,
        case feature
            {% for name, description in words.items() %}
                when '{{ name }}' then '{{ description | replace("'", "''") }}'
            {% endfor %}
            else cast(null as {{ text }})
        end as in_words,
        log_loss_rise as importance,
        model_version
    from importance

),

of_reasons as (

    select
        'reason' as subject,
        contributions.reason as name,
        case
            when contributions.reason = 'other' then 'All features that belong to no reason'
            else replace(contributions.reason, '_', ' ')
        end as in_words,
        {{ exact_sum('abs(contributions.contribution_log_odds)', scale=9) }} / count(*) as importance,
        champion.model_version
    from contributions
    cross join champion
    group by contributions.reason, champion.model_version

),

both_kinds as (

    select * from of_features
    union all
    select * from of_reasons

),

ranked as (

    select
        subject,
        name,
        in_words,
        round(importance, 6) as importance,
        cast(
            row_number() over (
                partition by subject
                order by round(importance, 6) desc nulls last, name asc
            ) as integer
        ) as importance_rank,
        model_version
    from both_kinds

)

select * from ranked
