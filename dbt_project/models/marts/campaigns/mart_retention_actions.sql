-- One row per action (none included) and customer scored on the latest as_of_date: may the customer get it,
-- what is it expected to earn, and why?
with candidates as (

    select * from {{ ref('int_retention__action_candidates') }}

),

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

priced as (

    select
        candidates.customer_id,
        candidates.as_of_date,
        candidates.action,
        cast(candidates.action_rank as integer) as action_rank,
        candidates.is_eligible,
        coalesce(
            chosen.action = candidates.action, chosen.action is null and candidates.action = 'none'
        ) as is_chosen,
        {{ rounded('candidates.effect_rate', 6) }} as effect_rate,
        candidates.evidence,
        {{ rounded('candidates.value_kept', 2) }} as value_kept_amount,
        {{ rounded('candidates.expected_cost_amount', 4) }} as expected_cost_amount,
        {{ rounded('candidates.expected_profit', 4) }} as expected_profit,
        case
            when candidates.why_not is not null then candidates.why_not
            when candidates.action = 'none' then 'no contact: no cost and no effect'
            else
                'changes the chance to stay by ' || {{ words_for_number('100 * candidates.effect_rate', 1) }}
                || case
                    when candidates.evidence = 'measured' then ' points (measured), worth '
                    else ' points (assumed), worth '
                end
                || {{ words_for_number('candidates.effect_rate * candidates.value_kept', 2) }}
                || ', for ' || {{ words_for_number('candidates.expected_cost_amount', 2) }}
        end as why
    from candidates
    left join chosen on candidates.customer_id = chosen.customer_id

)

select * from priced
