-- One row per action and risk tier: what an action changes, and how that is known.
with priors as (

    select * from {{ ref('int_retention__action_priors') }}

),

effects as (

    select
        action,
        risk_tier,
        cast(null as double) as effect_rate,
        cast(null as double) as effect_lower_rate,
        'prior' as evidence,
        0 as contacts_count
    from priors

)

select * from effects
