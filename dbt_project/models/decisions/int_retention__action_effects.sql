-- One row per action and risk tier: what an action changes, and how that is known.
-- Randomised campaigns of an action are pooled by inverse variance. The tiers of an action then lean on their
-- mean as much as chance explains their differences: empirical Bayes, with the variance between tiers by
-- DerSimonian & Laird (1986). A tier without a measured campaign keeps the prior.
{% set confidence = number_var('effect_decision_confidence', 0.5, 0.9999) %}

with priors as (

    select * from {{ ref('int_retention__action_priors') }}

),

estimates as (

    select * from {{ ref('int_retention__campaign_estimates') }}
    where
        outcome = 'retained'
        and standard_error > 0

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}
    where is_causal

),

campaigns as (

    select
        verdicts.action,
        estimates.segment as risk_tier,
        estimates.treated_count + estimates.compared_count as contacts_count,
        estimates.effect,
        round(1 / (estimates.standard_error * estimates.standard_error), 6) as precision
    from estimates
    inner join verdicts on estimates.campaign_id = verdicts.campaign_id
    inner join priors
        on
            verdicts.action = priors.action
            and estimates.segment = priors.risk_tier

),

pooled as (

    select
        action,
        risk_tier,
        sum(contacts_count) as contacts_count,
        {{ exact_sum('effect * precision', scale=8, digits=38) }} / {{ exact_sum('precision', digits=38) }}
            as effect,
        {{ exact_sum('precision', digits=38) }} as precision
    from campaigns
    group by action, risk_tier

),

means as (

    select
        action,
        count(*) as tiers_count,
        {{ exact_sum('effect * precision', scale=8, digits=38) }} / {{ exact_sum('precision', digits=38) }}
            as effect,
        {{ exact_sum('precision', digits=38) }} as precision,
        {{ exact_sum('precision * precision', digits=38) }} as precision_squares
    from pooled
    group by action

),

spreads as (

    select
        means.action,
        means.tiers_count,
        means.effect,
        means.precision,
        means.precision_squares,
        {{ exact_sum(
            'pooled.precision * (pooled.effect - means.effect) * (pooled.effect - means.effect)', scale=8, digits=38
        ) }} as spread
    from pooled
    inner join means on pooled.action = means.action
    group by
        means.action, means.tiers_count, means.effect, means.precision, means.precision_squares

),

-- variance: between tiers, beyond chance.
between_tiers as (

    select
        action,
        effect,
        precision,
        greatest(
            coalesce(
                (spread - (tiers_count - 1)) / nullif(precision - precision_squares / precision, 0), 0
            ), 0
        ) as variance
    from spreads

),

leaning as (

    select
        pooled.action,
        pooled.risk_tier,
        pooled.contacts_count,
        pooled.effect,
        pooled.precision,
        between_tiers.effect as mean_effect,
        between_tiers.precision as mean_precision,
        between_tiers.variance,
        between_tiers.variance * pooled.precision / (1 + between_tiers.variance * pooled.precision)
            as own_share
    from pooled
    inner join between_tiers on pooled.action = between_tiers.action

),

-- What is left uncertain: the tier's own part, and the mean it leans on.
shrunk as (

    select
        action,
        risk_tier,
        contacts_count,
        own_share * effect + (1 - own_share) * mean_effect as effect,
        sqrt(own_share / precision + (1 - own_share) * (1 - own_share) / mean_precision) as standard_error
    from leaning

),

effects as (

    select
        priors.action,
        priors.risk_tier,
        round(shrunk.effect, 8) as effect_rate,
        round(shrunk.effect - ({{ normal_quantile(confidence) }}) * shrunk.standard_error, 8)
            as effect_lower_rate,
        case when shrunk.action is null then 'prior' else 'measured' end as evidence,
        cast(coalesce(shrunk.contacts_count, 0) as integer) as contacts_count
    from priors
    left join shrunk
        on
            priors.action = shrunk.action
            and priors.risk_tier = shrunk.risk_tier

)

select * from effects
