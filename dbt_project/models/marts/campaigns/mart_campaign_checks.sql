-- One row per campaign and check: whether the campaign has this fault.
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
