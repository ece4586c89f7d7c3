-- noqa: disable=LT02
-- One row per month and strategy (an action, or all): what did retention earn after its cost, and what is not
-- known? All is compared with the holdout where it was respected; else all, and each action, with the
-- controls of their campaigns. Campaigns draw their controls independently, so variances add up; months share
-- the customers of the holdout, so what their values have in common is added (overlap).
{% set unknowns = {
    'uncompared_count': 'treated customers have no valid control arm',
    'open_count': 'treated customers have an open window',
    'few_count': 'treated customers are in arms that are too small, or have no known amounts and costs',
} %}
{% set so_far %}
    over (
        partition by strategy
        order by month_date
        rows between unbounded preceding and current row
    )
{% endset %}

with profits as (

    select * from {{ ref('int_retention__programme_profits') }}

),

strategies as (

    {% for strategy in ['strategy', "'all'"] %}
        select
            month_date,
            {{ strategy }} as strategy,
            is_holdout,
            sum(treated_count) as treated_count,
            sum(measured_count) as measured_count,
            sum(treated_count - measured_count) as unmeasured_count,
            sum(uncompared_count) as uncompared_count,
            sum(open_count) as open_count,
            {{ known_sum('cost_amount') }} as cost_amount,
            {{ exact_sum('value_amount') }} as value_amount,
            {{ exact_sum('margin_amount * margin_amount') }} as squared_margin,
            {{ exact_sum('overlap') }} as overlap,
            max(why_no_holdout) as why_no_holdout
        from profits
        {{ 'where not is_holdout' if loop.last }}
        group by month_date, is_holdout{{ ', strategy' if loop.first }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A holdout without a valid comparison tells only why it has none.
judged as (

    select
        *,
        max(why_no_holdout) over (partition by month_date, strategy) as reason,
        max(case when is_holdout and measured_count > 0 then 1 else 0 end)
            over (partition by month_date, strategy) as has_holdout,
        unmeasured_count - uncompared_count - open_count as few_count
    from strategies
    qualify
        case
            when strategy = 'all' then treated_count >= {{ setting('min_group_size') }}
            else {{ is_shown_group('treated_count', ['month_date', "strategy = 'all'"], 'strategy') }}
        end

),

compared as (

    select
        month_date,
        strategy,
        case when is_holdout then 'holdout' when measured_count > 0 then 'controls' else 'none' end
            as comparison,
        case
            when strategy = 'all' and not is_holdout
                then coalesce(reason, 'no ended month with known contacts, amounts and costs')
        end as why_no_holdout,
        treated_count,
        measured_count,
        unmeasured_count,
        cost_amount,
        value_amount,
        squared_margin,
        overlap,
        {% for count, words in unknowns.items() %}
            coalesce(case when {{ count }} > 0 then {{ words_for_count(count) }} || ' {{ words }}; ' end, '')
            {{ '||' if not loop.last else 'as findings' }}
        {% endfor %}
    from judged
    where is_holdout = (has_holdout = 1)

),

accumulated as (

    select
        *,
        sum(measured_count) {{ so_far }} as all_measured_count,
        sum(unmeasured_count) {{ so_far }} as all_unmeasured_count,
        sum(value_amount) {{ so_far }} as all_value_amount,
        sqrt(squared_margin) as margin,
        sqrt(greatest(sum(squared_margin + overlap) {{ so_far }}, 0)) as all_margin
    from compared

)

select
    month_date,
    strategy,
    comparison,
    why_no_holdout,
    cast(treated_count as bigint) as treated_count,
    {{ rounded('cost_amount', 2) }} as cost_amount,
    case when measured_count > 0 then {{ rounded('value_amount', 2) }} end as value_amount,
    case when measured_count > 0 then {{ rounded('value_amount - margin', 2) }} end as lower_amount,
    case when measured_count > 0 then {{ rounded('value_amount + margin', 2) }} end as upper_amount,
    cast({{ hide_small_count('unmeasured_count') }} as bigint) as unmeasured_count,
    case when all_measured_count > 0 then {{ rounded('all_value_amount', 2) }} end as cumulative_value_amount,
    case when all_measured_count > 0 then {{ rounded('all_value_amount - all_margin', 2) }} end
        as cumulative_lower_amount,
    case when all_measured_count > 0 then {{ rounded('all_value_amount + all_margin', 2) }} end
        as cumulative_upper_amount,
    cast({{ hide_small_count('all_unmeasured_count') }} as bigint) as cumulative_unmeasured_count,
    case when unmeasured_count > 0 then substr(findings, 1, length(findings) - 2) end as not_known
from accumulated
