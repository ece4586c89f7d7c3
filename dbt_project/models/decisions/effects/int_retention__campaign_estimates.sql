-- One row per campaign, segment and outcome: means, difference and effect with an interval.
-- The interval is fixed (Student's, with the degrees of freedom of Welch and Satterthwaite, less one for each
-- slope) or sequential (valid however often it is looked at, and wider; mixture of normals: Robbins 1970;
-- Johari et al. 2022). An arm of fewer than effect_min_arm_customers has a difference, but no effect and no
-- interval.
{% set confidence = setting('effect_confidence') %}
{% set min_arm = setting('effect_min_arm_customers') %}
{% set scale = setting('effect_sequential_scale') %}
{% set interval = setting('effect_interval') %}

with differences as (

    select * from {{ ref('int_retention__campaign_differences') }}

),

-- error_variance: variance of the effect, with the degrees of freedom that the slopes take.
with_error as (

    select
        *,
        (treated_variance + compared_variance) * (n_treated + n_compared - 2)
        / nullif(greatest(n_treated + n_compared - 2 - slopes_count, 0), 0) as error_variance,
        greatest(
            coalesce(
                power(treated_variance + compared_variance, 2)
                / nullif(
                    power(treated_variance, 2) / nullif(n_treated - 1, 0)
                    + power(compared_variance, 2) / nullif(n_compared - 1, 0), 0
                ), n_treated + n_compared - 2
            ) - slopes_count, 1
        ) as degrees_of_freedom,
        {{ normal_quantile((1 + confidence) / 2) }} as normal_margin,
        outcome_variance * {{ scale ** 2 }} as mixture_variance,
        coalesce(least(n_treated, n_compared) >= {{ min_arm }}, false) as is_enough
    from differences

),

with_margin as (

    select
        *,
        {% if interval == 'fixed' %}
            {{ student_t_quantile('normal_margin', 'degrees_of_freedom') }} * sqrt(error_variance) as margin
        {% else %}
            sqrt(
                error_variance * (error_variance + mixture_variance) / nullif(mixture_variance, 0)
                * ln(
                    (error_variance + mixture_variance)
                    / nullif(error_variance * {{ (1 - confidence) ** 2 }}, 0)
                )
            ) as margin
        {% endif %}
    from with_error

),

estimates as (

    select
        campaign_id,
        segment,
        outcome,
        has_control,
        cast(treated_count as integer) as treated_count,
        cast(coalesce(compared_count, 0) as integer) as compared_count,
        round(n_compared, 1) as compared_effective_count,
        round(cost_amount, 2) as cost_amount,
        round(treated_mean, 8) as treated_mean,
        round(compared_mean, 8) as compared_mean,
        round(treated_mean - compared_mean, 8) as difference,
        round(case when is_enough then effect end, 8) as effect,
        round(case when is_enough then sqrt(error_variance) end, 8) as standard_error,
        round(case when is_enough then sqrt(unadjusted_variance) end, 8) as unadjusted_standard_error,
        round(case when is_enough then effect - margin end, 8) as effect_lower,
        round(case when is_enough then effect + margin end, 8) as effect_upper,
        '{{ interval }}' as interval_kind
    from with_margin

)

select * from estimates
