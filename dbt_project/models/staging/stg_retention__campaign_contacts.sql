-- One row per customer assigned to a campaign, treated or held out.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_campaign_contacts') }}
    where rejection_rule is null

),

cleaned as (

    select
        campaign_id,
        customer_id,
        lower(arm) as arm,
        assigned_at,
        contacted_at,
        opened_at,
        clicked_at
    from accepted

)

select * from cleaned
