-- One row per action (but none): what a campaign with today's audience can measure, before it starts. Normal
-- approximation of the difference of two shares, with the variance p (1 - p) of the base rate in both arms.
-- Counts of few customers, and rates of them, are hidden (min_group_size).
{% set control = setting('control_share') %}

with actions as (

    select * from {{ ref('int_retention__actions') }}
    where action <> 'none'

),

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

levels as (

    select
        1 - {{ setting('experiment_alpha') }} / 2e0 as alpha_level,
        cast({{ setting('experiment_power') }} as double) as power_level,
        1 - {{ setting('sample_ratio_alarm') }} / 2e0 as alarm_level

),

quantiles as (

    select
        {{ normal_quantile('alpha_level') }} as alpha_quantile,
        {{ normal_quantile('power_level') }} as power_quantile,
        {{ normal_quantile('alarm_level') }} as alarm_quantile
    from levels

),

counted as (

    select
        actions.action,
        max(chosen.campaign_id) as campaign_id,
        count(chosen.customer_id) as audience_count,
        count(chosen.customer_id) filter (where chosen.arm = 'treatment') as treatment_count,
        count(chosen.customer_id) filter (where chosen.arm = 'control') as control_count,
        {{ exact_sum('1 - chosen.churn_probability', 9) }}
        / nullif(count(chosen.customer_id), 0) as base_retention_rate,
        {{ exact_sum('chosen.effect_rate', 9) }}
        / nullif(count(chosen.customer_id), 0) as expected_effect_rate
    from actions
    left join chosen on actions.action = chosen.action
    group by actions.action

),

-- smaller_arm_count: an empty arm may be shown, and one arm reveals the other.
measured as (

    select
        counted.*,
        quantiles.alpha_quantile,
        quantiles.alarm_quantile,
        quantiles.alpha_quantile + quantiles.power_quantile as detectable_errors,
        base_retention_rate * (1 - base_retention_rate) as base_variance,
        sqrt(
            base_retention_rate * (1 - base_retention_rate)
            * (1 / nullif(cast(treatment_count as double), 0) + 1 / nullif(cast(control_count as double), 0))
        ) as standard_error,
        least(nullif(treatment_count, 0), nullif(control_count, 0)) as smaller_arm_count
    from counted
    cross join quantiles

),

powered as (

    select
        *,
        expected_effect_rate / nullif(standard_error, 0) - alpha_quantile as upper_distance,
        -expected_effect_rate / nullif(standard_error, 0) - alpha_quantile as lower_distance,
        cast(
            ceil(
                power(detectable_errors, 2) * base_variance
                / nullif(power(expected_effect_rate, 2) * {{ control * (1 - control) }}, 0)
            ) as bigint
        ) as needed_count
    from measured

),

planned as (

    select
        action,
        campaign_id,
        cast({{ hide_small_count('audience_count') }} as integer) as audience_count,
        cast(
            case
                when audience_count = 0 then 0
                else {{ hide_small_group('treatment_count', 'smaller_arm_count') }}
            end as integer
        ) as treatment_count,
        cast(
            case
                when audience_count = 0 then 0
                else {{ hide_small_group('control_count', 'smaller_arm_count') }}
            end as integer
        ) as control_count,
        {{ hide_small_group(rounded('base_retention_rate', 6), 'audience_count') }} as base_retention_rate,
        {{ hide_small_group(rounded('expected_effect_rate', 6), 'audience_count') }} as expected_effect_rate,
        {{ hide_small_group('round(detectable_errors * standard_error, 6)', 'smaller_arm_count') }}
            as minimum_detectable_effect_rate,
        {{ hide_small_group(
            'round(' ~ normal_cdf('upper_distance') ~ ' + ' ~ normal_cdf('lower_distance') ~ ', 6)',
            'smaller_arm_count'
        ) }} as power_probability,
        {{ hide_small_group('needed_count', 'audience_count') }} as customers_needed_count,
        case
            when audience_count = 0 then 'no customer is chosen today'
            when control_count = 0 then 'no control arm: no effect can be measured'
            when
                abs(control_count - audience_count * {{ control }})
                > alarm_quantile * sqrt(audience_count * {{ control * (1 - control) }}) + 0.5
                then 'the arms are no random split: do not start'
            when expected_effect_rate >= detectable_errors * standard_error
                then 'large enough for the expected effect'
            else 'too small for the expected effect: collect the audiences of several days'
        end as verdict
    from powered

)

select * from planned
