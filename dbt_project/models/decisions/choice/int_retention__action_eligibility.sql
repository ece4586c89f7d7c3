-- noqa: disable=LT02
-- One row per customer of today and action, none too: the first reason against it, in words.
{# What rules may speak of: the columns of customers, and the features. #}
{% set customer_columns = feature_columns(ref('int_retention__decision_customers')) %}
{% set other_columns = feature_columns(ref('ml_features')) | reject('in', customer_columns) | list %}
{% set rules = eligibility_rules(
    ref('int_retention__actions'),
    (['customer_id', 'as_of_date'] + customer_columns + other_columns) if customer_columns else []
) %}
{% set last_days = setting('max_contacts_days') ~ (' day' if setting('max_contacts_days') == 1 else ' days') %}

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

campaigns as (

    select * from {{ ref('stg_retention__campaigns') }}

),

campaign_contacts as (

    select * from {{ ref('stg_retention__campaign_contacts') }}

),

describable as (

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
            coalesce(({{ rule }}), false) as is_meant_by_rule_{{ loop.index }},
        {% endfor %}
        customer_id,
        as_of_date
    from describable

),

assignments as (

    select
        customers.customer_id,
        campaigns.action,
        campaigns.channel,
        {% set seen = seen_by('campaign_contacts.contacted_at', none, 'customers.as_of_date') %}
        coalesce({{ seen }}, false) as is_contacted,
        {{ days_between(
            'cast(case when ' ~ seen
            ~ ' then campaign_contacts.contacted_at else campaign_contacts.assigned_at end as date)',
            'customers.as_of_date'
        ) }} as days_ago
    from customers
    inner join campaign_contacts
        on
            customers.customer_id = campaign_contacts.customer_id
            and {{ seen_by('campaign_contacts.assigned_at', none, 'customers.as_of_date') }}
    {# A contact counts, whether or not it is known what campaign it belonged to. #}
    left join campaigns on campaign_contacts.campaign_id = campaigns.campaign_id

),

{# A control waits like the treated: a contact now would spoil the comparison. #}
campaigns_by_action as (

    select
        customer_id,
        action,
        min(days_ago) as days_since_campaign
    from assignments
    group by customer_id, action

),

contacts_by_channel as (

    select
        customer_id,
        channel,
        count(*) as contacts_count
    from assignments
    where
        is_contacted
        and days_ago <= {{ setting('max_contacts_days') }}
    group by customer_id, channel

),

contacts_by_customer as (

    select
        customer_id,
        sum(contacts_count) as contacts_count
    from contacts_by_channel
    group by customer_id

),

eligibility as (

    select
        customers.customer_id,
        customers.as_of_date,
        actions.action,
        case
            when actions.action = 'none' then null
            when customers.value_kept is null
                then 'no amount of any order is known, so no action can be chosen by profit: map order_amount'
            when customers.is_holdout then 'held out, to measure what all contacts change'
            when uplift_scores.is_sleeping_dog then 'a contact makes leaving likelier'
            {% for action, rule in rules.items() %}
                when actions.action = {{ quoted_list([action]) }} and not ruled.is_meant_by_rule_{{ loop.index }}
                    then 'not meant for this customer: {{ rule | replace("'", "''") }}'
            {% endfor %}
            when
                actions.consent = 'email' and not customers.has_email_consent
                then 'no consent to be written to'
            when actions.consent = 'ads' and not customers.has_ads_consent then 'no consent to advertising'
            when campaigns_by_action.days_since_campaign <= actions.cooldown_days
                then
                    'in such a campaign '
                    || {{ sentence('{days_since_campaign day|days} ago', 'campaigns_by_action') }}
                    || {{ sentence(', the cooldown is {cooldown_days day|days}', 'actions') }}
            when
                contacts_by_channel.contacts_count
                >= {{ setting('max_channel_contacts') }}
                then
                    {{ sentence('{contacts_count contact|contacts}', 'contacts_by_channel') }}
                    || ' by '
                    || actions.channel
                    || ' in the last {{ last_days }}'
            when contacts_by_customer.contacts_count >= {{ setting('max_contacts') }}
                then
                    {{ sentence('{contacts_count contact|contacts}', 'contacts_by_customer') }}
                    || ' in the last {{ last_days }}'
        end as why_not
    from customers
    cross join actions
    inner join ruled on customers.customer_id = ruled.customer_id
    left join uplift_scores
        on
            customers.customer_id = uplift_scores.customer_id
            and actions.action = uplift_scores.action
    left join campaigns_by_action
        on
            customers.customer_id = campaigns_by_action.customer_id
            and actions.action = campaigns_by_action.action
    left join contacts_by_channel
        on
            customers.customer_id = contacts_by_channel.customer_id
            and actions.channel = contacts_by_channel.channel
    left join contacts_by_customer on customers.customer_id = contacts_by_customer.customer_id

)

select * from eligibility
