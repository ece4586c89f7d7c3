-- noqa: disable=LT02
-- One row per campaign: how many of the assigned customers are in each arm, and how many each check is about;
-- the planned and the observed share of controls, and how far they differ in standard errors.
-- The planned share is in campaign_control_shares; for campaigns that the package itself planned (campaign_id
-- is action and date) it is control_share.
{% set planned = setting('campaign_control_shares') %}
{% set min_arm = setting('effect_min_arm_customers') %}

with outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where arm <> 'comparison'

),

counted as (

    select
        campaign_id,
        count(*) as assigned_count,
        count(*) filter (where arm = 'treatment') as treated_count,
        count(*) filter (where arm = 'control') as control_count,
        count(*) filter (where arm in ('treatment', 'control')) as arms_count,
        count(*) filter (where arm = 'unknown') as unknown_arm_count,
        count(*) filter (where is_contacted_before_assignment) as early_contact_count,
        count(*) filter (where arm = 'control' and is_contacted) as contacted_control_count,
        count(*) filter (where not is_campaign_known) as unknown_campaign_count,
        count(*) filter (where not is_window_closed) as open_window_count,
        count(*) filter (where is_window_closed and has_unknown_amounts) as unknown_amount_count,
        count(*) filter (where is_window_closed and not is_amount_known) > 0 as is_no_amount_known,
        count(*) filter (where not is_cost_known) > 0 as is_cost_unknown,
        cast(
            case
                {% for campaign, share in planned.items() if campaign != 'default' %}
                    when campaign_id = '{{ campaign | string | replace("'", "''") }}' then {{ share }}
                {% endfor %}
                when campaign_id like max(action) || '-____-__-__'
                    then {{ setting('control_share') or 'null' }}
                else {{ planned.get('default', 'null') }}
            end as double
        ) as planned_share
    from outcomes
    group by campaign_id

),

shares as (

    select
        *,
        cast(control_count as double) / nullif(arms_count, 0) as control_share,
        abs(control_count - arms_count * planned_share)
        / nullif(sqrt(arms_count * planned_share * (1 - planned_share)), 0) as planned_distance
    from counted

),

tiers as (

    select
        campaign_id,
        risk_tier,
        cast(count(*) as double) as arms_count,
        cast(count(*) filter (where arm = 'control') as double) as control_count
    from outcomes
    where arm in ('treatment', 'control')
    group by campaign_id, risk_tier

),

-- The tier whose share of controls differs most from that of the campaign.
tier_distances as (

    select
        shares.campaign_id,
        max(
            abs(tiers.control_count / tiers.arms_count - shares.control_share)
            / nullif(
                sqrt(
                    shares.control_share * (1 - shares.control_share)
                    * (1 / tiers.arms_count - 1 / nullif(cast(shares.arms_count as double), 0))
                ), 0
            )
        ) as tier_distance
    from shares
    inner join tiers on shares.campaign_id = tiers.campaign_id
    where
        tiers.arms_count >= {{ min_arm }}
        and tiers.arms_count < shares.arms_count
        and shares.control_count > 0
    group by shares.campaign_id

),

campaign_counts as (

    select
        shares.*,
        tier_distances.tier_distance
    from shares
    left join tier_distances on shares.campaign_id = tier_distances.campaign_id

)

select * from campaign_counts
