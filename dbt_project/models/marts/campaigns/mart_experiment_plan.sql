-- One row per action: what a campaign of today's audience could measure, before it starts.
-- Counts of few customers, and rates of them, are hidden (min_group_size).
-- Normal approximation of the difference of two shares; base variance b (1 - b) in both arms.
{% set alpha = setting('experiment_alpha') %}
{% set control = setting('control_share') %}
{% set both_arms = control * (1 - control) %}
{% set quantiles = normal_quantile('1 - ' ~ alpha ~ ' / 2e0') %}
{# An arm of nobody may be told, and one arm tells the other. #}
{% set smaller_arm = 'least(nullif(treatment_count, 0), nullif(control_count, 0))' %}
{% set counts = {
    'audience_count': 'audience_count', 'treatment_count': smaller_arm, 'control_count': smaller_arm
} %}
{% set power %}
    {{ normal_cdf('expected_effect_rate / nullif(standard_error, 0) - alpha_quantile') }}
    + {{ normal_cdf('-expected_effect_rate / nullif(standard_error, 0) - alpha_quantile') }}
{% endset %}
{% set rates = {
    'base_retention_rate': ('base_retention_rate', 'audience_count'),
    'expected_effect_rate': ('expected_effect_rate', 'audience_count'),
    'minimum_detectable_effect_rate': ('(alpha_quantile + power_quantile) * standard_error', smaller_arm),
    'power_probability': (power, smaller_arm),
} %}

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
        {{ normal_quantile(setting('experiment_power')) }} as power_quantile,
        {{ normal_quantile('1 - ' ~ setting('sample_ratio_alarm') ~ ' / 2e0') }} as alarm_quantile

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
        {% for name, smallest in counts.items() %}
            cast(
                case when audience_count = 0 then 0 else {{ hide_small_group(name, smallest) }} end as integer
            ) as {{ name }},
        {% endfor %}
        {% for name, (rate, smallest) in rates.items() %}
            {{ hide_small_group('round(' ~ rate ~ ', 6)', smallest) }} as {{ name }},
        {% endfor %}
        {{ hide_small_group(
            'cast(ceil(
                power(alpha_quantile + power_quantile, 2) * base_retention_rate * (1 - base_retention_rate)
                / nullif(power(expected_effect_rate, 2) * ' ~ both_arms ~ ', 0)
            ) as bigint)', 'audience_count'
        ) }} as customers_needed_count,
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
