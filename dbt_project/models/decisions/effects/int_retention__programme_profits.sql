-- One row per campaign with treated customers, and per month of the holdout: the profit that it added after
-- its cost, with the margin of its interval, for how many of the treated it is measured, and why not for all.
-- Months share the customers of the holdout: overlap is what their values have in common.
with estimates as (

    select * from {{ ref('int_retention__campaign_estimates') }}
    where segment = 'all'

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}

),

counts as (

    select * from {{ ref('int_retention__campaign_counts') }}
    where treated_count > 0

),

profits as (

    select
        *,
        round(treated_count * effect, 6) as value_amount,
        round(treated_count * (effect_upper - effect), 6) as margin_amount
    from estimates
    where
        outcome = 'profit'
        and effect_lower is not null
        and least(treated_count, compared_count) >= {{ setting('min_group_size') }}

),

campaigns as (

    select
        counts.campaign_id,
        cast({{ dbt.date_trunc('month', 'verdicts.assigned_from_date') }} as date) as month_date,
        coalesce(verdicts.action, 'not known') as strategy,
        false as is_holdout,
        counts.treated_count,
        kept.cost_amount,
        coalesce(profits.treated_count, 0) as measured_count,
        coalesce(profits.value_amount, 0) as value_amount,
        coalesce(profits.margin_amount, 0) as margin_amount,
        case when verdicts.is_causal then counts.treated_count - coalesce(kept.treated_count, 0) else 0 end
            as open_count,
        case when verdicts.is_causal then 0 else counts.treated_count end as uncompared_count,
        cast(0 as double) as overlap,
        cast(null as {{ dbt.type_string() }}) as why_no_holdout
    from counts
    inner join verdicts on counts.campaign_id = verdicts.campaign_id
    left join profits
        on
            counts.campaign_id = profits.campaign_id
            and verdicts.is_causal
    left join estimates as kept
        on
            counts.campaign_id = kept.campaign_id
            and kept.outcome = 'retained'

),

outcomes as (

    select * from {{ ref('int_retention__programme_outcomes') }}

),

shared as (

    {{ programme_overlaps('outcomes', 'profits') | indent(4) }}

),

-- The holdout of a month is one comparison of all actions: see int_retention__programme_outcomes.
holdouts as (

    select
        estimates.campaign_id,
        cast(substr(estimates.campaign_id, 11) as date) as month_date,
        'all' as strategy,
        true as is_holdout,
        estimates.treated_count,
        estimates.cost_amount,
        coalesce(profits.treated_count, 0) as measured_count,
        coalesce(profits.value_amount, 0) as value_amount,
        coalesce(profits.margin_amount, 0) as margin_amount,
        0 as open_count,
        0 as uncompared_count,
        coalesce(shared.overlap, 0) as overlap,
        case
            when not estimates.has_control then 'customers of the holdout were contacted, or it is empty'
            when profits.campaign_id is null then 'the holdout is too small'
        end as why_no_holdout
    from estimates
    left join profits
        on
            estimates.campaign_id = profits.campaign_id
            and estimates.has_control
    left join shared on estimates.campaign_id = shared.campaign_id
    where
        estimates.outcome = 'profit'
        and estimates.campaign_id like 'programme ____-__-__'

)

select * from campaigns
union all
select * from holdouts
