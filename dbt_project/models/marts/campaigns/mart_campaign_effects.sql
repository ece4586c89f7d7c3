-- One row per campaign and segment with a closed window: did the campaign keep customers, and did it pay?
-- Figures of few customers are hidden (min_group_size).
with estimates as (

    select * from {{ ref('int_retention__campaign_estimates') }}

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}

),

shown as (

    select
        campaign_id,
        segment,
        outcome,
        treated_count,
        compared_count,
        treated_mean,
        compared_mean,
        cost_amount,
        interval_kind,
        {{ hide_small_group('difference', 'least(treated_count, compared_count)') }} as difference,
        {{ hide_small_group('effect', 'least(treated_count, compared_count)') }} as effect,
        {{ hide_small_group('standard_error', 'least(treated_count, compared_count)') }} as error,
        {{ hide_small_group('effect_lower', 'least(treated_count, compared_count)') }} as effect_lower,
        {{ hide_small_group('effect_upper', 'least(treated_count, compared_count)') }} as effect_upper
    from estimates

),

side_by_side as (

    select
        campaign_id,
        segment,
        max(treated_count) as treated_count,
        max(compared_count) as compared_count,
        max(cost_amount) as cost_amount,
        max(interval_kind) as interval_kind,
        {{ rounded("max(case when outcome = 'retained' then treated_mean end)", 6) }}
            as treated_retention_rate,
        {{ rounded("max(case when outcome = 'retained' then compared_mean end)", 6) }}
            as compared_retention_rate,
        {{ rounded("max(case when outcome = 'retained' then difference end)", 6) }}
            as retention_difference_rate,
        {{ rounded("max(case when outcome = 'retained' then effect end)", 6) }} as retention_adjusted_rate,
        {{ rounded("max(case when outcome = 'retained' then error end)", 6) }} as retention_error_rate,
        {{ rounded("max(case when outcome = 'retained' then effect_lower end)", 6) }} as retention_lower_rate,
        {{ rounded("max(case when outcome = 'retained' then effect_upper end)", 6) }} as retention_upper_rate,
        {{ rounded("max(case when outcome = 'orders' then difference end)", 6) }} as orders_difference_count,
        {{ rounded("max(case when outcome = 'orders' then effect end)", 6) }} as orders_adjusted_count,
        {{ rounded("max(case when outcome = 'orders' then error end)", 6) }} as orders_error_count,
        {{ rounded("max(case when outcome = 'orders' then effect_lower end)", 6) }} as orders_lower_count,
        {{ rounded("max(case when outcome = 'orders' then effect_upper end)", 6) }} as orders_upper_count,
        {{ rounded("max(case when outcome = 'spend' then difference end)", 4) }} as spend_difference_amount,
        {{ rounded("max(case when outcome = 'spend' then effect end)", 4) }} as spend_adjusted_amount,
        {{ rounded("max(case when outcome = 'spend' then error end)", 4) }} as spend_error_amount,
        {{ rounded("max(case when outcome = 'spend' then effect_lower end)", 4) }} as spend_lower_amount,
        {{ rounded("max(case when outcome = 'spend' then effect_upper end)", 4) }} as spend_upper_amount,
        {{ rounded("max(case when outcome = 'profit' then difference end)", 4) }} as profit_difference_amount,
        {{ rounded("max(case when outcome = 'profit' then effect end)", 4) }} as profit_adjusted_amount,
        {{ rounded("max(case when outcome = 'profit' then error end)", 4) }} as profit_error_amount,
        {{ rounded("max(case when outcome = 'profit' then effect_lower end)", 4) }} as profit_lower_amount,
        {{ rounded("max(case when outcome = 'profit' then effect_upper end)", 4) }} as profit_upper_amount
    from shown
    group by campaign_id, segment

),

effects as (

    select
        verdicts.action,
        verdicts.assigned_from_date,
        verdicts.assigned_until_date,
        verdicts.design,
        verdicts.is_causal,
        verdicts.warning,
        side_by_side.*,
        case when verdicts.is_causal then side_by_side.profit_adjusted_amount end
        * side_by_side.treated_count as incremental_profit_amount
    from side_by_side
    inner join verdicts on side_by_side.campaign_id = verdicts.campaign_id
    -- A hidden tier does not follow from the row all: then another tier is hidden too.
    qualify
        side_by_side.segment = 'all'
        or {{ is_shown_group(
            'least(side_by_side.treated_count, coalesce(side_by_side.compared_count, 0))',
            ['side_by_side.campaign_id', "side_by_side.segment = 'all'"], 'side_by_side.segment'
        ) }}

),

final as (

    select
        campaign_id,
        action,
        segment,
        assigned_from_date,
        assigned_until_date,
        design,
        is_causal,
        warning,
        {{ hide_small_count('treated_count') }} as treated_count,
        {{ hide_small_count('compared_count') }} as compared_count,
        {{ hide_small_group('treated_retention_rate', 'treated_count') }} as treated_retention_rate,
        {{ hide_small_group('compared_retention_rate', 'compared_count') }} as compared_retention_rate,
        retention_difference_rate,
        retention_adjusted_rate,
        retention_error_rate,
        retention_lower_rate,
        retention_upper_rate,
        orders_difference_count,
        orders_adjusted_count,
        orders_error_count,
        orders_lower_count,
        orders_upper_count,
        spend_difference_amount,
        spend_adjusted_amount,
        spend_error_amount,
        spend_lower_amount,
        spend_upper_amount,
        profit_difference_amount,
        profit_adjusted_amount,
        profit_error_amount,
        profit_lower_amount,
        profit_upper_amount,
        interval_kind,
        case
            when retention_lower_rate > 0 then 'higher'
            when retention_upper_rate < 0 then 'lower'
            when retention_lower_rate is not null then 'no_clear_difference'
            else 'too_few'
        end as retention_verdict,
        {{ hide_small_group('cost_amount', 'treated_count') }} as cost_amount,
        round(incremental_profit_amount, 2) as incremental_profit_amount,
        round(incremental_profit_amount / nullif(cost_amount, 0), 4) as return_on_cost_rate
    from effects

)

select * from final
