-- noqa: disable=RF03
-- One row per action and risk tier: the measured save rate, which is the share of reached churners that the
-- action keeps: effect / (reach x churn rate). fit_action_effect estimates the factor between the measured
-- and the assumed save rate of each action and tier; with few contacts it is shrunk to 1. A tier without a
-- measured contact keeps its prior.
{% set confidence = setting('effect_decision_confidence') %}

with priors as (

    select * from {{ ref('int_retention__action_priors') }}

),

surpluses as (

    select * from {{ ref('int_retention__audience_surpluses') }}

),

-- Numbers in place of names. assumed_effect: the assumed change of the retention rate of the treated.
arms as (

    select
        surpluses.action,
        surpluses.risk_tier,
        surpluses.is_treated,
        surpluses.customers_count,
        surpluses.surplus,
        surpluses.standard_error,
        cast(priors.prior_save_rate as double) as assumed_rate,
        dense_rank() over (order by surpluses.assigned_month, surpluses.risk_tier) as level_number,
        dense_rank() over (order by surpluses.action) as action_number,
        dense_rank() over (order by surpluses.risk_tier) as tier_number,
        case
            when surpluses.is_treated
                then round(priors.reach_share * priors.prior_save_rate * surpluses.churn_rate, 8)
            else 0
        end as assumed_effect
    from surpluses
    inner join priors
        on
            surpluses.action = priors.action
            and surpluses.risk_tier = priors.risk_tier
    where priors.reach_share * priors.prior_save_rate > 0

),

gathered as (

    select
        array_agg(cast(level_number as double)) as levels,
        array_agg(cast(action_number as double)) as actions,
        array_agg(cast(tier_number as double)) as tiers,
        array_agg(cast(assumed_effect as double)) as assumed_effects,
        array_agg(cast(surplus as double)) as surpluses,
        array_agg(cast(standard_error as double)) as standard_errors
    from arms

),

measured as (

    select
        action,
        risk_tier,
        action_number,
        tier_number,
        assumed_rate,
        sum(customers_count) as contacts_count
    from arms
    group by action, risk_tier, action_number, tier_number, assumed_rate
    having count(*) filter (where is_treated) > 0

),

fitted as (

    {% call function_rows() %}
        select
            measured.action,
            measured.risk_tier,
            measured.assumed_rate,
            measured.contacts_count,
            {{ fit_action_effect(
                'measured.action_number', 'measured.tier_number', 'gathered.levels', 'gathered.actions',
                'gathered.tiers', 'gathered.assumed_effects', 'gathered.surpluses', 'gathered.standard_errors'
            ) }} as factor
        from measured
        cross join gathered
    {% endcall %}

),

rates as (

    select
        action,
        risk_tier,
        contacts_count,
        assumed_rate * factor.mean as save_rate,
        assumed_rate * factor.standard_error as standard_error
    from fitted

),

effects as (

    select
        priors.action,
        priors.risk_tier,
        round(rates.save_rate, 8) as save_rate,
        round(rates.save_rate - ({{ normal_quantile(confidence) }}) * rates.standard_error, 8)
            as save_lower_rate,
        case when rates.action is null then 'prior' else 'measured' end as evidence,
        cast(coalesce(rates.contacts_count, 0) as integer) as contacts_count
    from priors
    left join rates
        on
            priors.action = rates.action
            and priors.risk_tier = rates.risk_tier

)

select * from effects
