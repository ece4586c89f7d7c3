-- One row per action and risk tier: which share of those about to leave, and reached, an action keeps, and
-- how that is known. All is in save rates, effect / (reach x churn rate): where hardly anybody would leave,
-- an effect says little. Campaigns of an action are pooled by inverse variance. They say by what factor the
-- action differs from what was assumed of it, which leans on 1 as far as contacts are few. What a tier is
-- beyond that counts as far as chance does not explain it (empirical Bayes, the variance by DerSimonian &
-- Laird 1986, of what is rare by chance). A tier without a measured campaign keeps the prior.
{% set confidence = number_var('effect_decision_confidence', 0.5, 0.9999) %}
{% set factor_precision = '1 / power(' ~ number_var('prior_effect_error', 0.01, 100) ~ ', 2)' %}
{% set reachable = 'priors.reach_share * estimates.churn_rate' %}

with priors as (

    select * from {{ ref('int_retention__action_priors') }}

),

estimates as (

    select * from {{ ref('int_retention__pooled_estimates') }}
    where standard_error > 0

),

campaigns as (

    select
        estimates.action,
        estimates.risk_tier,
        estimates.treated_count + estimates.controls_count as contacts_count,
        cast(priors.prior_save_rate as double) as assumed_rate,
        estimates.effect / ({{ reachable }}) as save_rate,
        round(power(({{ reachable }}) / estimates.standard_error, 2), 6) as precision
    from estimates
    inner join priors
        on
            estimates.action = priors.action
            and estimates.risk_tier = priors.risk_tier
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

deviations as (

    select
        pooled.*,
        pooled.assumed_rate * factors.factor as leaning_rate,
        pooled.save_rate - pooled.assumed_rate * factors.factor as deviation,
        pooled.assumed_rate * pooled.assumed_rate / factors.factor_precision as leaning_variance
    from pooled
    inner join factors on pooled.action = factors.action

),

-- variance: beyond the factor, and beyond what chance does in 19 of 20 cases (chi squared).
beyond as (

    select
        greatest(
            coalesce(
                (
                    {{ exact_sum('precision * deviation * deviation', scale=8, digits=38) }}
                    - count(*) - ({{ normal_quantile(0.95) }}) * sqrt(2 * count(*))
                ) / nullif({{ exact_sum('precision', digits=38) }}, 0), 0
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
