-- One row per campaign.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('campaigns') }}

),

cleaned as (

    select
        campaign_id,
        lower(action) as action,
        lower(channel) as channel,
        started_at,
        ended_at,
        contact_cost as contact_cost_amount,
        offer_value as offer_value_amount
    from accepted

)

select * from cleaned
