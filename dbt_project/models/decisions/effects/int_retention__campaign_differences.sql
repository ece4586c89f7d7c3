-- One row per campaign, segment and outcome: the treated beside those they are compared with, and the
-- difference by intention to treat, unadjusted and adjusted (CUPED, Deng et al. 2013). The covariates of
-- int_retention__campaign_moments were fixed before the assignment, so that the expected difference stays the
-- same and its variance falls. Slopes hold within the arms; variances are per arm.
-- Without anybody to compare with, the columns of the comparison are null.
with moments as (

    select * from {{ ref('int_retention__campaign_moments') }}

),

-- Variances and covariances within the arms, added up over both.
within_arms as (

    select
        campaign_id,
        segment,
        outcome,
        sum(n * var_uu) as uu,
        sum(n * var_vv) as vv,
        sum(n * var_yu) as yu,
        sum(n * var_yv) as yv,
        sum(n * var_uv) as uv,
        sum(n * var_uu) * sum(n * var_vv) - sum(n * var_uv) * sum(n * var_uv) as determinant
    from moments
    group by campaign_id, segment, outcome

),

-- Slopes of y on u and v. Where u and v carry the same information, u alone; where neither varies, none.
slopes as (

    select
        campaign_id,
        segment,
        outcome,
        case
            when determinant > 1e-9 * uu * vv then (vv * yu - uv * yv) / determinant
            when uu > 0 then yu / uu
            else 0
        end as slope_u,
        case
            when determinant > 1e-9 * uu * vv then (uu * yv - uv * yu) / determinant
            when coalesce(uu, 0) <= 0 and vv > 0 then yv / vv
            else 0
        end as slope_v,
        case
            when determinant > 1e-9 * uu * vv then 2
            when uu > 0 or vv > 0 then 1
            else 0
        end as slopes_count
    from within_arms

),

adjusted as (

    select
        moments.*,
        slopes.slopes_count,
        moments.mean_y - slopes.slope_u * moments.mean_u - slopes.slope_v * moments.mean_v as adjusted_y,
        greatest(
            moments.var_yy
            + slopes.slope_u * slopes.slope_u * moments.var_uu
            + slopes.slope_v * slopes.slope_v * moments.var_vv
            - 2 * slopes.slope_u * moments.var_yu - 2 * slopes.slope_v * moments.var_yv
            + 2 * slopes.slope_u * slopes.slope_v * moments.var_uv, 0
        ) / moments.n as adjusted_variance
    from moments
    inner join slopes
        on
            moments.campaign_id = slopes.campaign_id
            and moments.segment = slopes.segment
            and moments.outcome = slopes.outcome

),

differences as (

    select
        treated.campaign_id,
        treated.segment,
        treated.outcome,
        treated.has_control,
        treated.slopes_count,
        treated.cost_amount,
        treated.customers_count as treated_count,
        compared.customers_count as compared_count,
        treated.n as n_treated,
        compared.n as n_compared,
        treated.mean_y as treated_mean,
        compared.mean_y as compared_mean,
        treated.adjusted_y - compared.adjusted_y as effect,
        treated.adjusted_variance as treated_variance,
        compared.adjusted_variance as compared_variance,
        greatest(treated.var_yy, 0) / treated.n + greatest(compared.var_yy, 0) / compared.n
            as unadjusted_variance,
        (greatest(treated.var_yy, 0) + greatest(compared.var_yy, 0)) / 2 as outcome_variance
    from adjusted as treated
    left join adjusted as compared
        on
            treated.campaign_id = compared.campaign_id
            and treated.segment = compared.segment
            and treated.outcome = compared.outcome
            and not compared.is_treated
    where treated.is_treated

)

select * from differences
