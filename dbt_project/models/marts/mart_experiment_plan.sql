-- One row per action: what a campaign of today's audience could measure, before it starts.
-- Normal approximation of the difference of two shares; base variance b (1 - b) in both arms.
{% set alpha = number_var('experiment_alpha', 0, 1) %}
{% set control = number_var('control_share', 0, 0.9) %}
{% set both_arms = control * (1 - control) %}
{% set quantiles = normal_quantile('1 - ' ~ alpha ~ ' / 2e0') %}

with actions as (

    select * from {{ ref('int_retention__actions') }}
    where action <> 'none'

),

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

normal as (

    select
        {{ quantiles }} as alpha_quantile,
        {{ normal_quantile(number_var('experiment_power', 0, 1)) }} as power_quantile,
        {{ normal_quantile('1 - ' ~ number_var('sample_ratio_alarm', 0, 1) ~ ' / 2e0') }} as alarm_quantile

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

measured as (

    select
        counted.*,
        normal.alpha_quantile,
        normal.power_quantile,
        normal.alarm_quantile,
        sqrt(
            base_retention_rate * (1 - base_retention_rate)
            * (1 / nullif(cast(treatment_count as double), 0) + 1 / nullif(cast(control_count as double), 0))
        ) as standard_error
    from counted
    cross join normal

),

planned as (

    select
        action,
        campaign_id,
        cast(audience_count as integer) as audience_count,
        cast(treatment_count as integer) as treatment_count,
        cast(control_count as integer) as control_count,
        round(base_retention_rate, 6) as base_retention_rate,
        round(expected_effect_rate, 6) as expected_effect_rate,
        round((alpha_quantile + power_quantile) * standard_error, 6) as minimum_detectable_effect_rate,
        round(
            {{ normal_cdf('expected_effect_rate / nullif(standard_error, 0) - alpha_quantile') }}
            + {{ normal_cdf('-expected_effect_rate / nullif(standard_error, 0) - alpha_quantile') }}, 6
        ) as power_probability,
        cast(
            ceil(
                power(alpha_quantile + power_quantile, 2) * base_retention_rate * (1 - base_retention_rate)
                / nullif(power(expected_effect_rate, 2) * {{ both_arms }}, 0)
            ) as bigint
        ) as customers_needed_count,
        case
            when audience_count = 0 then 'nobody is chosen today'
            when control_count = 0 then 'no control: nothing can be measured'
            when
                abs(control_count - audience_count * {{ control }})
                > alarm_quantile * sqrt(audience_count * {{ both_arms }}) + 0.5
                then 'the arms are no random split: do not start'
            when expected_effect_rate >= (alpha_quantile + power_quantile) * standard_error
                then 'large enough for the effect that is expected'
            else 'too small for the effect that is expected: collect several mornings'
        end as verdict
    from measured

)

select * from planned
