-- One row per action and risk tier: which share of those about to leave, and reached, an action keeps, and
-- how that is known. All is in save rates, effect / (reach x churn rate): where hardly anybody would leave,
-- an effect says little. Randomised campaigns of an action are pooled by inverse variance. They say by what
-- factor the action differs from what was assumed of it, and all actions together by what factor a tier does;
-- factors lean on 1 as far as contacts are few. What is beyond that counts as far as chance does not explain
-- it (empirical Bayes, the variance by DerSimonian & Laird 1986). A tier without a measured campaign keeps
-- the prior.
{% set confidence = number_var('effect_decision_confidence', 0.5, 0.9999) %}
{% set factor_precision = '1 / power(' ~ number_var('prior_effect_error', 0.01, 100) ~ ', 2)' %}
{% set reachable = 'priors.reach_share * risk.churn_rate' %}

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

outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where is_window_closed and arm in ('treatment', 'control')

),

risk as (

    select
        campaign_id,
        risk_tier,
        {{ exact_sum('churn_rate_before', scale=6) }} / count(*) as churn_rate
    from outcomes
    where churn_rate_before is not null
    group by campaign_id, risk_tier

),

campaigns as (

    select
        verdicts.action,
        estimates.segment as risk_tier,
        estimates.treated_count + estimates.compared_count as contacts_count,
        cast(priors.prior_save_rate as double) as assumed_rate,
        estimates.effect / ({{ reachable }}) as save_rate,
        round(
            power(({{ reachable }}) / estimates.standard_error, 2), 6
        ) as precision
    from estimates
    inner join verdicts on estimates.campaign_id = verdicts.campaign_id
    inner join priors
        on
            verdicts.action = priors.action
            and estimates.segment = priors.risk_tier
    inner join risk
        on
            estimates.campaign_id = risk.campaign_id
            and estimates.segment = risk.risk_tier
    where
        priors.prior_save_rate > 0
        and {{ reachable }} > 0

),

pooled as (

    select
        action,
        risk_tier,
        sum(contacts_count) as contacts_count,
        {{ exact_sum('assumed_rate * precision', scale=8, digits=38) }}
        / {{ exact_sum('precision', digits=38) }} as assumed_rate,
        {{ exact_sum('save_rate * precision', scale=8, digits=38) }}
        / {{ exact_sum('precision', digits=38) }} as save_rate,
        {{ exact_sum('precision', digits=38) }} as precision
    from campaigns
    group by action, risk_tier

),

sums as (

    select
        action,
        {{ factor_precision }}
        + {{ exact_sum('precision * assumed_rate * assumed_rate', scale=8, digits=38) }} as factor_precision,
        {{ factor_precision }} + {{ exact_sum('precision * assumed_rate * save_rate', scale=8, digits=38) }}
            as weighted_factor
    from pooled
    group by action

),

factors as (

    select
        action,
        weighted_factor / factor_precision as factor,
        factor_precision
    from sums

),

by_action as (

    select
        pooled.*,
        pooled.assumed_rate * factors.factor as action_rate,
        pooled.assumed_rate * pooled.assumed_rate / factors.factor_precision as action_variance
    from pooled
    inner join factors on pooled.action = factors.action

),

-- Likewise by what factor all actions do better or worse in a tier than that.
tier_sums as (

    select
        risk_tier,
        {{ factor_precision }} + {{ exact_sum('precision * action_rate * action_rate', scale=8, digits=38) }}
            as factor_precision,
        {{ factor_precision }} + {{ exact_sum('precision * action_rate * save_rate', scale=8, digits=38) }}
            as weighted_factor
    from by_action
    group by risk_tier

),

deviations as (

    select
        by_action.*,
        by_action.action_rate * tier_sums.weighted_factor / tier_sums.factor_precision as leaning_rate,
        by_action.save_rate
        - by_action.action_rate * tier_sums.weighted_factor / tier_sums.factor_precision as deviation,
        by_action.action_variance * power(tier_sums.weighted_factor / tier_sums.factor_precision, 2)
        + power(by_action.action_rate, 2) / tier_sums.factor_precision as leaning_variance
    from by_action
    inner join tier_sums on by_action.risk_tier = tier_sums.risk_tier

),

-- variance: beyond both factors and chance.
beyond as (

    select
        greatest(
            coalesce(
                ({{ exact_sum('precision * deviation * deviation', scale=8, digits=38) }} - count(*))
                / nullif({{ exact_sum('precision', digits=38) }}, 0), 0
            ), 0
        ) as variance
    from deviations

),

shrunk_shares as (

    select
        deviations.*,
        beyond.variance * deviations.precision
        / (1 + beyond.variance * deviations.precision) as own_share
    from deviations
    cross join beyond

),

-- What is left uncertain: the tier's own part, and what it leans on.
shrunk as (

    select
        action,
        risk_tier,
        contacts_count,
        leaning_rate + own_share * deviation as save_rate,
        sqrt(own_share / precision + (1 - own_share) * (1 - own_share) * leaning_variance) as standard_error
    from shrunk_shares

),

effects as (

    select
        priors.action,
        priors.risk_tier,
        round(shrunk.save_rate, 8) as save_rate,
        round(shrunk.save_rate - ({{ normal_quantile(confidence) }}) * shrunk.standard_error, 8)
            as save_lower_rate,
        case when shrunk.action is null then 'prior' else 'measured' end as evidence,
        cast(coalesce(shrunk.contacts_count, 0) as integer) as contacts_count
    from priors
    left join shrunk
        on
            priors.action = shrunk.action
            and priors.risk_tier = shrunk.risk_tier

)

select * from effects
