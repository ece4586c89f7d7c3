-- One row per campaign and segment with a closed window: did it keep customers, and did it pay?
-- What is said of few customers is hidden (min_group_size).
{% set outcomes = {
    'retained': ('retention', 'rate', 6),
    'orders': ('orders', 'count', 6),
    'spend': ('spend', 'amount', 4),
    'profit': ('profit', 'amount', 4),
} %}
{% set columns = {
    'difference': 'difference',
    'adjusted': 'effect',
    'error': 'standard_error',
    'lower': 'effect_lower',
    'upper': 'effect_upper',
} %}

with estimates as (

    select * from {{ ref('int_retention__campaign_estimates') }}

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}

),

side_by_side as (

    select
        campaign_id,
        segment,
        max(treated_count) as treated_count,
        max(compared_count) as compared_count,
        max(cost_amount) as cost_amount,
        max(case when outcome = 'retained' then treated_mean end) as treated_retention_rate,
        max(case when outcome = 'retained' then compared_mean end) as compared_retention_rate,
        {% for outcome, (name, ending, digits) in outcomes.items() %}
            {% for shown, column in columns.items() %}
                {{ hide_small_group(
                    rounded("max(case when outcome = '" ~ outcome ~ "' then " ~ column ~ " end)", digits),
                    'least(max(treated_count), max(compared_count))'
                ) }} as {{ name }}_{{ shown }}_{{ ending }},
            {% endfor %}
        {% endfor %}
        max(interval_kind) as interval_kind
    from estimates
    group by campaign_id, segment

),

effects as (

    select
        side_by_side.campaign_id,
        verdicts.action,
        side_by_side.segment,
        verdicts.assigned_from_date,
        verdicts.assigned_until_date,
        verdicts.design,
        verdicts.is_causal,
        verdicts.warning,
        {% for arm in ['treated', 'compared'] %}
            {% set count = 'side_by_side.' ~ arm ~ '_count' %}
            case when {{ count }} = 0 then 0 else {{ hide_small_group(count, count) }} end as {{ arm }}_count,
            {{ hide_small_group(rounded('side_by_side.' ~ arm ~ '_retention_rate', 6), count) }}
                as {{ arm }}_retention_rate,
        {% endfor %}
        {% for name, ending, digits in outcomes.values() %}
            {% for shown in columns %}
                side_by_side.{{ name }}_{{ shown }}_{{ ending }},
            {% endfor %}
        {% endfor %}
        side_by_side.interval_kind,
        case
            when side_by_side.retention_lower_rate > 0 then 'higher'
            when side_by_side.retention_upper_rate < 0 then 'lower'
            when side_by_side.retention_lower_rate is not null then 'no_clear_difference'
            else 'too_few'
        end as retention_verdict,
        {{ hide_small_group('side_by_side.cost_amount', 'side_by_side.treated_count') }} as cost_amount,
        round(
            case when verdicts.is_causal then side_by_side.profit_adjusted_amount end
            * side_by_side.treated_count, 2
        ) as incremental_profit_amount,
        round(
            case when verdicts.is_causal then side_by_side.profit_adjusted_amount end
            * side_by_side.treated_count / nullif(side_by_side.cost_amount, 0), 4
        ) as return_on_cost_rate
    from side_by_side
    inner join verdicts on side_by_side.campaign_id = verdicts.campaign_id
    where
        side_by_side.segment = 'all'
        or least(side_by_side.treated_count, coalesce(side_by_side.compared_count, 0))
        >= {{ setting('min_group_size') }}

)

select * from effects
