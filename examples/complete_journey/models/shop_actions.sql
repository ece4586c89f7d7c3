-- One row per action of this shop, instead of the five actions of the package. All of them are letters; their
-- costs and reach are assumptions.
with actions as (

    select
        'recommendation' as action,
        'mail' as channel,
        'none' as consent,
        0.5 as contact_cost,
        0 as offer_value,
        0.4 as reach_share,
        28 as cooldown_days,
        cast(null as integer) as capacity,
        cast(null as {{ dbt.type_string() }}) as offer,
        'has_recommendations' as eligibility_rule
    union all
    select
        'offer' as action,
        'mail' as channel,
        'none' as consent,
        0.5 as contact_cost,
        5 as offer_value,
        0.4 as reach_share,
        56 as cooldown_days,
        200 as capacity,
        '5.00 off the next basket' as offer,
        'churn_probability >= 0.15' as eligibility_rule

)

select * from actions
