-- One row per month of assignments, risk tier, action and arm of causal campaigns: the observed retention
-- rate less the predicted one (surplus). No control was contacted, whatever the action: the controls of all
-- actions of a month and tier together show what would have happened to the treated.
{% set min_arm = setting('effect_min_arm_customers') %}

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

-- surplus: 1 for a retained customer, else 0, less the predicted probability to stay.
judged as (

    select
        verdicts.action,
        outcomes.risk_tier,
        outcomes.churn_rate_before,
        cast({{ dbt.date_trunc('month', 'outcomes.assigned_date') }} as date) as assigned_month,
        outcomes.arm = 'treatment' as is_treated,
        case when outcomes.is_retained then 1e0 else 0e0 end - (1 - outcomes.churn_rate_before) as surplus
    from outcomes
    inner join verdicts on outcomes.campaign_id = verdicts.campaign_id

),

levels as (

    select
        assigned_month,
        risk_tier,
        {{ sample_variance('surplus', '1 = 1') }} as surplus_variance
    from judged
    group by assigned_month, risk_tier
    having count(*) filter (where not is_treated) >= {{ min_arm }}

),

arms as (

    select
        assigned_month,
        risk_tier,
        action,
        is_treated,
        count(*) as customers_count,
        {{ exact_sum('churn_rate_before', scale=6) }} / count(*) as churn_rate,
        {{ exact_sum('surplus', scale=6) }} / count(*) as surplus
    from judged
    group by assigned_month, risk_tier, action, is_treated

),

surpluses as (

    select
        arms.assigned_month,
        arms.risk_tier,
        arms.action,
        arms.is_treated,
        cast(arms.customers_count as integer) as customers_count,
        round(arms.churn_rate, 6) as churn_rate,
        round(arms.surplus, 8) as surplus,
        round(sqrt(levels.surplus_variance / arms.customers_count), 8) as standard_error
    from arms
    inner join levels
        on
            arms.assigned_month = levels.assigned_month
            and arms.risk_tier = levels.risk_tier
    where
        levels.surplus_variance > 0
        and (not arms.is_treated or arms.customers_count >= {{ min_arm }})

)

select * from surpluses
