-- One row per campaign: campaigns of the input contract. All of them mailed coupons; their costs are unknown.
with campaigns as (

    select * from {{ raw_file('campaign_descriptions') }}

),

mapped as (

    select
        campaign_id,
        'offer' as action,
        'mail' as channel,
        start_date as started_at,
        end_date as ended_at
    from campaigns

)

select * from mapped
