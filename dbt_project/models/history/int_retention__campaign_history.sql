-- One row per customer, as_of_date and campaign the customer was assigned to before that morning.
-- The features' door to campaigns. What happened on as_of_date or later has not happened yet.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

contacts as (

    select * from {{ ref('stg_retention__campaign_contacts') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        contacts.campaign_id,
        contacts.arm,
        cast(contacts.assigned_at as date) as assigned_date,
        {{ days_between('cast(contacts.assigned_at as date)', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        coalesce({{ seen_by('contacts.contacted_at', none, 'spine.as_of_date') }}, false) as is_contacted,
        coalesce({{ seen_by('contacts.opened_at', none, 'spine.as_of_date') }}, false) as is_opened,
        coalesce({{ seen_by('contacts.clicked_at', none, 'spine.as_of_date') }}, false) as is_clicked
    from spine
    inner join contacts
        on
            spine.customer_id = contacts.customer_id
            and {{ seen_by('contacts.assigned_at', none, 'spine.as_of_date') }}

)

select * from history
