-- One row per campaign and check: what may be wrong with the campaign, in words.
with checks as (

    select * from {{ ref('int_retention__campaign_checks') }}

),

shown as (

    select
        campaign_id,
        check_name,
        is_flagged,
        is_disqualifying,
        affected_count,
        assigned_count,
        finding
    from checks

)

select * from shown
