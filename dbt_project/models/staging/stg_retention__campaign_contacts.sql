-- One row per customer assigned to a campaign, treated or held out.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('campaign_contacts') }}

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
