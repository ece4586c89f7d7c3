-- One row per feature, and one per reason: how much the champion goes by it, over all customers.
-- Features: the rise of log loss when shuffled, on the model's own test date. Reasons: the mean absolute
-- contribution (Shapley value, in log-odds) among the customers warned today.
{% set words = feature_words() %}
{% set text = _input_types().text.sql %}

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

words as (

    {% for name, description in words.items() %}
        select
            '{{ name }}' as feature,
            cast('{{ description | replace("'", "''") }}' as {{ text }}) as in_words
        {{ 'union all' if not loop.last }}
    {% else %}
        select
            cast(null as {{ text }}) as feature,
            cast(null as {{ text }}) as in_words
    {% endfor %}

),

of_features as (

    select
        'feature' as subject,
        importance.feature as name,
        words.in_words,
        importance.log_loss_rise as importance,
        importance.model_version
    from importance
    left join words on importance.feature = words.feature

),

of_reasons as (

    select
        'reason' as subject,
        contributions.reason as name,
        case
            when contributions.reason = 'other' then 'Everything that no reason stands for'
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
