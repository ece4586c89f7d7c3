-- noqa: disable=LT02
-- One row per action (none included) and customer scored on the latest as_of_date: the first reason why the
-- customer may not get it. The reasons are listed in their order in the last step.
{# Rules may use the columns of int_retention__decision_customers and all features of ml_features. #}
{% set customer_columns = feature_columns(ref('int_retention__decision_customers')) %}
{% set other_columns = feature_columns(ref('ml_features')) | reject('in', customer_columns) | list %}
{% set rules = eligibility_rules(
    ref('int_retention__actions'),
    (['customer_id', 'as_of_date'] + customer_columns + other_columns) if customer_columns else []
) %}
{% set last_days = setting('max_contacts_days') %}
{% set last_days_words = last_days ~ (' day' if last_days == 1 else ' days') %}

with customers as (

    select * from {{ ref('int_retention__decision_customers') }}

),

features as (

    select * from {{ ref('ml_features') }}

),

actions as (

    select * from {{ ref('int_retention__actions') }}

),

uplift_scores as (

    select * from {{ ref('int_retention__uplift_scores') }}

),

recent_campaigns as (

    select * from {{ ref('int_retention__recent_campaigns') }}

),

described as (

    select
        {% for column in other_columns %}
            features.{{ column }},
        {% endfor %}
        features.as_of_date as features_date,
        customers.*
    from customers
    left join features
        on
            customers.customer_id = features.customer_id
            and customers.as_of_date = features.as_of_date

),

ruled as (

    select
        {% for rule in rules.values() %}
            coalesce(({{ rule }}), false) as meets_rule_{{ loop.index }},
        {% endfor %}
        customer_id,
        as_of_date
    from described

),

eligibility as (

    select
        customers.customer_id,
        customers.as_of_date,
        actions.action,
        case
            when actions.action = 'none' then null
            when customers.value_kept is null
                then 'no order has an amount, so that no action can be chosen by profit: map order_amount'
            when customers.is_holdout then 'in the holdout, which measures the effect of all contacts'
            when uplift_scores.is_sleeping_dog then 'a contact would make churn more likely'
            {% for action, rule in rules.items() %}
                when actions.action = {{ quoted_list([action]) }} and not ruled.meets_rule_{{ loop.index }}
                    then 'the eligibility rule is not met: {{ rule | replace("'", "''") }}'
            {% endfor %}
            when actions.consent = 'email' and not customers.has_email_consent then 'no consent to e-mail'
            when actions.consent = 'ads' and not customers.has_ads_consent then 'no consent to advertising'
            when recent_campaigns.days_since_campaign <= actions.cooldown_days
                then
                    'in a campaign with this action '
                    || {{ sentence('{days_since_campaign day|days} ago', 'recent_campaigns') }}
                    || {{ sentence('; the cooldown is {cooldown_days day|days}', 'actions') }}
            when recent_campaigns.channel_contacts_count >= {{ setting('max_channel_contacts') }}
                then
                    {{ sentence('{channel_contacts_count contact|contacts}', 'recent_campaigns') }}
                    || ' by '
                    || actions.channel
                    || ' in the last {{ last_days_words }}'
            when recent_campaigns.contacts_count >= {{ setting('max_contacts') }}
                then
                    {{ sentence('{contacts_count contact|contacts}', 'recent_campaigns') }}
                    || ' in the last {{ last_days_words }}'
        end as why_not
    from customers
    cross join actions
    inner join ruled on customers.customer_id = ruled.customer_id
    left join uplift_scores
        on
            customers.customer_id = uplift_scores.customer_id
            and actions.action = uplift_scores.action
    left join recent_campaigns
        on
            customers.customer_id = recent_campaigns.customer_id
            and actions.action = recent_campaigns.action

)

select * from eligibility
