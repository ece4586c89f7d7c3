-- One row per action and risk tier: the assumed save rate of an action until it is measured.
{% set tier_names = risk_tiers() | map(attribute='name') | list + ['low'] %}
{% set own_priors = action_table('retention_action_priors') %}
{% do check_action_priors(own_priors, ref('int_retention__actions'), tier_names) %}

with actions as (

    select * from {{ ref('int_retention__actions') }}
    where action <> 'none'

),

priors as (

    select * from {{ action_table('retention_action_priors') }}
    where segment_number is null

),

tiers as (

    {% for tier in tier_names %}
        select {{ quoted_list([tier]) }} as risk_tier
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

assumed as (

    select
        actions.action,
        tiers.risk_tier,
        coalesce(
            cast(of_tier.prior_save_rate as double), cast(of_action.prior_save_rate as double)
        ) as prior_save_rate,
        actions.contact_cost,
        actions.offer_value,
        actions.reach_share
    from actions
    cross join tiers
    left join priors as of_tier
        on
            actions.action = lower(of_tier.action)
            and tiers.risk_tier = of_tier.risk_tier
    left join priors as of_action
        on
            actions.action = lower(of_action.action)
            and of_action.risk_tier is null

)

select * from assumed
