-- noqa: disable=LT05
-- One row per customer, as_of_date and campaign that the customer was assigned to before as_of_date.
-- Contacts, opens and clicks on as_of_date or later are not visible. Feature families read campaigns from
-- here.
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
        {{ days_between('cast(contacts.assigned_at as date)', 'spine.as_of_date') }} as days_ago,
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
