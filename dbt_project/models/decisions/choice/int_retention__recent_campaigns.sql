-- One row per action (but none) and customer on the latest as_of_date who was assigned to a campaign before:
-- how long ago the customer was in a campaign with this action, and how many contacts there were lately. A
-- control waits like a treated customer: a contact now would spoil the comparison. A contact counts whether
-- or not the input campaigns has its campaign.
{% set last_days = setting('max_contacts_days') %}
{% set is_seen = seen_by('campaign_contacts.contacted_at', none, 'customers.as_of_date') %}
{% set newest_date = 'cast(case when ' ~ is_seen ~ ' then campaign_contacts.contacted_at '
    ~ 'else campaign_contacts.assigned_at end as date)' %}

with customers as (

    select * from {{ ref('int_retention__decision_customers') }}

),

actions as (

    select * from {{ ref('int_retention__actions') }}
    where action <> 'none'

),

campaigns as (

    select * from {{ ref('stg_retention__campaigns') }}

),

campaign_contacts as (

    select * from {{ ref('stg_retention__campaign_contacts') }}

),

assignments as (

    select
        customers.customer_id,
        campaigns.action,
        campaigns.channel,
        coalesce({{ is_seen }}, false) as is_contacted,
        {{ days_between(newest_date, 'customers.as_of_date') }} as days_ago -- noqa: LT05
    from customers
    inner join campaign_contacts
        on
            customers.customer_id = campaign_contacts.customer_id
            and {{ seen_by('campaign_contacts.assigned_at', none, 'customers.as_of_date') }}
    left join campaigns on campaign_contacts.campaign_id = campaigns.campaign_id

),

counted as (

    select
        customer_id,
        action,
        channel,
        min(days_ago) as days_ago,
        count(*) filter (where is_contacted and days_ago <= {{ last_days }}) as contacts_count
    from assignments
    group by customer_id, action, channel

),

recent_campaigns as (

    select
        counted.customer_id,
        actions.action,
        min(case when counted.action = actions.action then counted.days_ago end) as days_since_campaign,
        cast(
            nullif(sum(counted.contacts_count) filter (where counted.channel = actions.channel), 0) as integer
        ) as channel_contacts_count,
        cast(nullif(sum(counted.contacts_count), 0) as integer) as contacts_count
    from counted
    cross join actions
    group by counted.customer_id, actions.action

)

select * from recent_campaigns
