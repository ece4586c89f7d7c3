-- One row per campaign.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_campaigns') }}
    where rejection_rule is null

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
