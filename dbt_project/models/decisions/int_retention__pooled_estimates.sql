-- One row per causal campaign, month of its assignments and risk tier: by how much more of the treated stayed
-- than of such customers without a contact. What their churn rates foretold is taken out first. Controls of
-- all campaigns of a month and tier were left alone alike, so an audience's own controls, who are few, lean
-- on the mean of all (best linear unbiased prediction: Robinson 1991): wholly where audiences differ by no
-- more than chance does in 19 of 20 cases, less where they do (variance between audiences by DerSimonian &
-- Laird 1986, of what is beyond that).
{% set min_arm = number_var('effect_min_arm_customers', 2, 1e9, whole=true) %}

with verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}
    where is_causal

),

outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where
        is_window_closed
        and arm in ('treatment', 'control')
        and churn_rate_before is not null

),

-- surplus: 1 or 0 for who stayed or left, less the probability of it.
judged as (

    select
        outcomes.campaign_id,
        verdicts.action,
        outcomes.risk_tier,
        outcomes.churn_rate_before,
        cast({{ dbt.date_trunc('month', 'outcomes.assigned_date') }} as date) as assigned_month,
        outcomes.arm = 'treatment' as is_treated,
        case when outcomes.is_retained then 1e0 else 0e0 end - (1 - outcomes.churn_rate_before) as surplus
    from outcomes
    inner join verdicts on outcomes.campaign_id = verdicts.campaign_id

),

pools as (

    select
        assigned_month,
        risk_tier,
        {{ sample_variance('surplus', 'not is_treated') }} as controls_variance
    from judged
    group by assigned_month, risk_tier
    having count(*) filter (where not is_treated) >= {{ min_arm }}

),

audiences as (

    select
        campaign_id,
        action,
        assigned_month,
        risk_tier,
        cast(count(*) filter (where is_treated) as double) as treated_count,
        cast(count(*) filter (where not is_treated) as double) as controls_count,
        {{ exact_sum('churn_rate_before', scale=6) }} / count(*) as churn_rate,
        {{ exact_sum('surplus', scale=6, condition='is_treated') }}
        / nullif(count(*) filter (where is_treated), 0) as treated_surplus,
        {{ sample_variance('surplus', 'is_treated') }} as treated_variance,
        coalesce(
            {{ exact_sum('surplus', scale=6, condition='not is_treated') }}
            / nullif(count(*) filter (where not is_treated), 0), 0
        ) as controls_surplus
    from judged
    group by campaign_id, action, assigned_month, risk_tier

),

-- precision: of the mean of an audience's own controls, one over its squared standard error.
weighted as (

    select
        audiences.*,
        round(audiences.controls_count / pools.controls_variance, 6) as precision
    from audiences
    inner join pools
        on
            audiences.assigned_month = pools.assigned_month
            and audiences.risk_tier = pools.risk_tier
    where pools.controls_variance > 0

),

common as (

    select
        assigned_month,
        risk_tier,
        cast(count(*) filter (where controls_count > 0) - 1 as double) as degrees,
        {{ exact_sum('precision', digits=38) }} as precision,
        {{ exact_sum('precision * precision', digits=38) }} / {{ exact_sum('precision', digits=38) }}
            as own_precision,
        {{ exact_sum('precision * controls_surplus', scale=8, digits=38) }}
        / {{ exact_sum('precision', digits=38) }} as surplus
    from weighted
    group by assigned_month, risk_tier

),

-- variance: between audiences of one month and tier. By chance their distances are those of chi squared.
distances as (

    select
        weighted.assigned_month,
        weighted.risk_tier,
        {{ exact_sum(
            'weighted.precision * power(weighted.controls_surplus - common.surplus, 2)', scale=8, digits=38
        ) }} as distance
    from weighted
    inner join common
        on
            weighted.assigned_month = common.assigned_month
            and weighted.risk_tier = common.risk_tier
    group by weighted.assigned_month, weighted.risk_tier

),

between_audiences as (

    select
        greatest(
            coalesce(
                (
                    {{ exact_sum('distances.distance - common.degrees', scale=8, digits=38) }}
                    - ({{ normal_quantile(0.95) }}) * sqrt(2 * sum(common.degrees))
                ) / nullif({{ exact_sum('common.precision - common.own_precision', digits=38) }}, 0), 0
            ), 0
        ) as variance
    from distances
    inner join common
        on
            distances.assigned_month = common.assigned_month
            and distances.risk_tier = common.risk_tier

),

leaning as (

    select
        weighted.*,
        between_audiences.variance,
        between_audiences.variance * weighted.precision
        / (1 + between_audiences.variance * weighted.precision) as own_share,
        round(
            weighted.precision / (1 + between_audiences.variance * weighted.precision), 6
        ) as common_weight
    from weighted
    cross join between_audiences

),

expected as (

    select
        assigned_month,
        risk_tier,
        {{ exact_sum('common_weight', digits=38) }} as precision,
        {{ exact_sum('common_weight * controls_surplus', scale=8, digits=38) }}
        / {{ exact_sum('common_weight', digits=38) }} as surplus
    from leaning
    group by assigned_month, risk_tier

),

estimates as (

    select
        leaning.campaign_id,
        leaning.action,
        leaning.assigned_month,
        leaning.risk_tier,
        cast(leaning.treated_count as integer) as treated_count,
        cast(leaning.controls_count as integer) as controls_count,
        round(leaning.churn_rate, 6) as churn_rate,
        round(leaning.own_share, 6) as own_controls_share,
        round(
            leaning.treated_surplus - expected.surplus
            - leaning.own_share * (leaning.controls_surplus - expected.surplus), 8
        ) as effect,
        round(
            sqrt(
                leaning.treated_variance / leaning.treated_count
                + (1 - leaning.own_share) * leaning.variance
                + power(1 - leaning.own_share, 2) / expected.precision
            ), 8
        ) as standard_error
    from leaning
    inner join expected
        on
            leaning.assigned_month = expected.assigned_month
            and leaning.risk_tier = expected.risk_tier
    where leaning.treated_count >= {{ min_arm }}

)

select * from estimates
