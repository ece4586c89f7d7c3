-- One row per action (none included) and customer scored on the latest as_of_date: may the customer get it,
-- what would it change, cost and earn? effect_rate is the change of the probability to stay: the customer's
-- own uplift where a model predicts it, else reach x churn probability x save rate, measured or assumed.

with customers as (

    select * from {{ ref('int_retention__decision_customers') }}

),

actions as (

    select * from {{ ref('int_retention__actions') }}

),

eligibility as (

    select * from {{ ref('int_retention__action_eligibility') }}

),

priors as (

    select * from {{ ref('int_retention__action_priors') }}

),

segment_priors as (

    select * from {{ action_table('retention_action_priors') }}
    where segment_number is not null

),

effects as (

    select * from {{ ref('int_retention__action_effects') }}

),

uplift_scores as (

    select * from {{ ref('int_retention__uplift_scores') }}

),

paired as (

    select
        customers.*,
        actions.action,
        actions.reach_share,
        actions.offer_value,
        actions.contact_cost,
        coalesce(effects.evidence, 'prior') as evidence,
        case
            when actions.action = 'none' then 0
            else
                coalesce(
                    uplift_scores.uplift_rate,
                    actions.reach_share * customers.churn_probability * coalesce(
                        case when effects.evidence = 'measured' then effects.save_lower_rate end,
                        cast(of_tier_and_segment.prior_save_rate as double),
                        cast(of_segment.prior_save_rate as double),
                        priors.prior_save_rate
                    )
                )
        end as effect_rate,
        uplift_scores.uplift_rate is not null as has_uplift_score,
        eligibility.why_not
    from customers
    cross join actions
    inner join eligibility
        on customers.customer_id = eligibility.customer_id and actions.action = eligibility.action
    left join priors
        on actions.action = priors.action and customers.risk_tier = priors.risk_tier
    left join segment_priors as of_tier_and_segment
        on
            actions.action = lower(of_tier_and_segment.action)
            and customers.risk_tier = of_tier_and_segment.risk_tier
            and customers.segment_number = of_tier_and_segment.segment_number
    left join segment_priors as of_segment
        on
            actions.action = lower(of_segment.action)
            and of_segment.risk_tier is null
            and customers.segment_number = of_segment.segment_number
    left join effects
        on actions.action = effects.action and customers.risk_tier = effects.risk_tier
    left join uplift_scores
        on customers.customer_id = uplift_scores.customer_id and actions.action = uplift_scores.action

),

costed as (

    select
        *,
        {{ rounded(
            expected_cost('effect_rate', 'churn_probability', 'reach_share', 'offer_value', 'contact_cost'), 6
        ) }} as expected_cost_amount
    from paired

),

priced as (

    select
        customer_id,
        as_of_date,
        action,
        churn_probability,
        risk_tier,
        why_not is null as is_eligible,
        why_not,
        {{ rounded('effect_rate', 9) }} as effect_rate,
        case
            when action = 'none' then null
            when has_uplift_score then 'measured'
            else evidence
        end as evidence,
        value_kept,
        expected_cost_amount,
        case
            when action = 'none' then 0
            else {{ rounded(expected_profit('effect_rate', 'value_kept', 'expected_cost_amount'), 6) }}
        end as expected_profit
    from costed

),

candidates as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by is_eligible desc, expected_profit desc nulls last, expected_cost_amount asc, action asc
        ) as action_rank
    from priced

)

select * from candidates
