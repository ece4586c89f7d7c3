-- One row per campaign, segment, outcome and arm: means, variances and covariances of the outcome (y) and of
-- two covariates (u, v) known before the assignment. segment: all, or the risk tier at the assignment.
-- u predicts the outcome: for retention the churn rate of similar customers before, for the others the same
-- figure in the look-back, scaled to one window. v falls with the days since the last order.
-- An outcome that is not known (spend or profit without amounts or costs) has no row. A month of the
-- programme is added up like a campaign.
{# Scaled by the days of the look-back in which the customer was known, at least one window. #}
{% set known_days = 'least(days_since_first_order, ' ~ setting('lookback_days') ~ ')' %}
{% set scale = 'window_days / greatest(' ~ known_days ~ ', window_days)' %}

with weights as (

    select
        weights.*,
        cast({{ days_between('assigned_date', 'window_end_date') }} as double) as window_days -- noqa: LT05
    from {{ ref('int_retention__campaign_weights') }} as weights

),

outcomes as (

    select
        'retained' as outcome,
        cast(case when is_retained then 1 else 0 end as double) as y,
        coalesce(churn_rate_before, 1 / (1 + orders_count_before)) as predictor,
        *
    from weights
    union all
    select
        'orders' as outcome,
        orders_count as y,
        orders_count_lookback * {{ scale }} as predictor,
        *
    from weights
    union all
    select
        'spend' as outcome,
        spend_amount as y,
        spend_amount_lookback * {{ scale }} as predictor,
        *
    from weights
    union all
    select
        'profit' as outcome,
        profit_amount as y,
        spend_amount_lookback * {{ scale }} as predictor,
        *
    from weights

),

-- Covariates are rounded to hundredths, so that sums of products are exact.
measured as (

    select
        campaign_id,
        customer_id,
        risk_tier,
        outcome,
        has_control,
        is_treated,
        weight,
        cost_amount,
        y,
        coalesce({{ rounded('predictor', 2) }}, 0) as u,
        coalesce(recency_weight, 0) as v
    from outcomes
    where y is not null
    union all
    select * from {{ ref('int_retention__programme_outcomes') }}

),

segmented as (

    select
        measured.*,
        'all' as segment
    from measured
    union all
    select
        measured.*,
        risk_tier as segment
    from measured

),

sums as (

    select
        campaign_id,
        segment,
        outcome,
        has_control,
        is_treated,
        cast(count(*) as double) as customers_count,
        {{ known_sum('cost_amount') }} as cost_amount,
        {{ exact_sum('weight', scale=6) }} as w,
        {{ exact_sum('weight * weight', scale=6) }} as ww,
        {{ exact_sum('weight * y', digits=38) }} as wy,
        {{ exact_sum('weight * u', digits=38) }} as wu,
        {{ exact_sum('weight * v', digits=38) }} as wv,
        {{ exact_sum('weight * y * y', digits=38) }} as wyy,
        {{ exact_sum('weight * u * u', digits=38) }} as wuu,
        {{ exact_sum('weight * v * v', digits=38) }} as wvv,
        {{ exact_sum('weight * y * u', digits=38) }} as wyu,
        {{ exact_sum('weight * y * v', digits=38) }} as wyv,
        {{ exact_sum('weight * u * v', digits=38) }} as wuv
    from segmented
    group by campaign_id, segment, outcome, has_control, is_treated

),

-- n: how many equally weighted customers the weighted ones are worth (Kish).
sized as (

    select
        *,
        nullif(w, 0) as total,
        w * w / nullif(ww, 0) as n,
        w * w / nullif(ww, 0) / nullif(w * w / nullif(ww, 0) - 1, 0) as correction
    from sums

),

moments as (

    select
        campaign_id,
        segment,
        outcome,
        has_control,
        is_treated,
        customers_count,
        cost_amount,
        n,
        wy / total as mean_y,
        wu / total as mean_u,
        wv / total as mean_v,
        (wyy / total - wy / total * wy / total) * correction as var_yy,
        (wuu / total - wu / total * wu / total) * correction as var_uu,
        (wvv / total - wv / total * wv / total) * correction as var_vv,
        (wyu / total - wy / total * wu / total) * correction as var_yu,
        (wyv / total - wy / total * wv / total) * correction as var_yv,
        (wuv / total - wu / total * wv / total) * correction as var_uv
    from sized

)

select * from moments
