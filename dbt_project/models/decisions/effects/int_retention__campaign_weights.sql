-- One row per campaign and customer with a closed window and a known arm: the weight that makes both arms
-- comparable. In a campaign with a control arm every customer weighs 1. Else the treated are compared with
-- customers who were not assigned: within the same bands of recency, frequency and spend both weigh the same
-- in total (coarsened exact matching: Iacus, King & Porro 2012). A customer without a counterpart weighs 0.
with outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where is_window_closed and arm in ('treatment', 'control', 'comparison')

),

strata as (

    select
        campaign_id,
        recency_band,
        frequency_band,
        spend_band,
        cast(count(*) filter (where arm = 'treatment') as double) as treated_count,
        cast(count(*) filter (where arm = 'comparison') as double) as compared_count
    from outcomes
    group by campaign_id, recency_band, frequency_band, spend_band

),

totals as (

    select
        campaign_id,
        sum(treated_count) filter (where compared_count > 0) as treated_count,
        sum(compared_count) filter (where treated_count > 0) as compared_count
    from strata
    group by campaign_id

),

controls as (

    select
        campaign_id,
        count(*) filter (where arm = 'control') > 0 as has_control
    from outcomes
    group by campaign_id

),

weights as (

    select
        outcomes.*,
        controls.has_control,
        outcomes.arm = 'treatment' as is_treated,
        cast(
            case
                when controls.has_control then 1
                when strata.treated_count = 0 or strata.compared_count = 0 then 0
                when outcomes.arm = 'treatment' then 1
                else round(
                    strata.treated_count / strata.compared_count
                    * totals.compared_count / totals.treated_count, 6
                )
            end as double
        ) as weight
    from outcomes
    inner join controls on outcomes.campaign_id = controls.campaign_id
    inner join totals on outcomes.campaign_id = totals.campaign_id
    left join strata
        on
            outcomes.campaign_id = strata.campaign_id
            and coalesce(outcomes.recency_band, -1) = coalesce(strata.recency_band, -1)
            and coalesce(outcomes.frequency_band, -1) = coalesce(strata.frequency_band, -1)
            and coalesce(outcomes.spend_band, -1) = coalesce(strata.spend_band, -1)

)

select * from weights
