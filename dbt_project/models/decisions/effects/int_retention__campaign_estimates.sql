-- One row per campaign, segment and outcome: the mean of who was assigned to treatment, of who is compared
-- with them, and the difference, as it is and with what was known before taken out. segment: all, or the
-- risk tier at the assignment. CUPED (Deng et al. 2013): the outcome is adjusted by what foretells it best
-- and by how long ago the last order was, with the slopes that hold within the arms. Retention is foretold
-- by the churn rate of such customers before, the others by the look-back's same figure, as of one window.
-- All were fixed before the assignment, so the expected difference stays and the variance falls. Variances
-- are per arm, and the fixed interval is Student's with the degrees of freedom of Welch and Satterthwaite,
-- less one for each slope; weights count by Kish's effective number of customers. sequential: an interval
-- that holds however often it is looked at (mixture of normals: Robbins 1970; Johari et al. 2022), wider
-- than the fixed one. An outcome that is not known (spend or profit without amounts or costs) has no row.
{% set confidence = setting('effect_confidence') %}
{% set min_arm = setting('effect_min_arm_customers') %}
{% set scale = setting('effect_sequential_scale') %}
{% set interval = setting('effect_interval') %}
{# Of the days of the look-back that the customer was known for, and no fewer than a window. #}
{% set days_known = 'greatest(least(days_since_first_order, ' ~ setting('lookback_days') ~ '), window_days)' %}
{% set of_one_window = ' * window_days / ' ~ days_known %}
{% set outcomes = {
    'retained': (
        'case when is_retained then 1 else 0 end', 'coalesce(churn_rate_before, 1 / (1 + orders_count_before))'
    ),
    'orders': ('orders_count', 'orders_count_lookback' ~ of_one_window),
    'spend': ('spend_amount', 'spend_amount_lookback' ~ of_one_window),
    'profit': ('profit_amount', 'spend_amount_lookback' ~ of_one_window),
} %}
{# Neither of what was known before says what the other does. #}
{% set determinant = 'paired.within_uu * paired.within_vv - paired.within_uv * paired.within_uv' %}
{% set both_vary = determinant ~ ' > 1e-9 * paired.within_uu * paired.within_vv' %}
{% set products = {
    'y': 'y', 'u': 'u', 'v': 'v', 'yy': 'y * y', 'uu': 'u * u', 'vv': 'v * v', 'yu': 'y * u', 'yv': 'y * v', 'uv': 'u * v'
} %}

with weights as (

    select
        weights.*,
        cast({{ days_between('assigned_date', 'window_end_date') }} as double) as window_days -- noqa: LT05
    from {{ ref('int_retention__campaign_weights') }} as weights

),

-- y: the outcome; u, v: what was known before, in hundredths, so that sums of products are exact.
measured as (

    {% for outcome, (y, u) in outcomes.items() %}
        select
            campaign_id,
            risk_tier,
            has_control,
            is_treated,
            weight,
            '{{ outcome }}' as outcome,
            cast({{ y }} as double) as y,
            coalesce({{ rounded(u, 2) }}, 0) as u,
            coalesce(recency_weight, 0) as v,
            cost_amount
        from weights
        where {{ y }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

segmented as (

    select
        measured.*,
        'all' as segment
    from measured
    union all
    select
        measured.*,
        risk_tier as segment
    from measured

),

sums as (

    select
        campaign_id,
        segment,
        outcome,
        has_control,
        is_treated,
        cast(count(*) as double) as customers_count,
        {{ known_sum('cost_amount') }} as cost_amount,
        {% for name, product in products.items() %}
            {{ exact_sum('weight * ' ~ product, digits=38) }} as w{{ name }},
        {% endfor %}
        {{ exact_sum('weight', scale=6) }} as w,
        {{ exact_sum('weight * weight', scale=6) }} as ww
    from segmented
    group by campaign_id, segment, outcome, has_control, is_treated

),

-- Means and (co)variances of each arm; n: how many customers the weighted ones are worth.
moments as (

    select
        campaign_id,
        segment,
        outcome,
        has_control,
        is_treated,
        customers_count,
        cost_amount,
        {% for name in ['y', 'u', 'v'] %}
            w{{ name }} / nullif(w, 0) as mean_{{ name }},
        {% endfor %}
        {% for one, other in [('y', 'y'), ('u', 'u'), ('v', 'v'), ('y', 'u'), ('y', 'v'), ('u', 'v')] %}
            (w{{ one ~ other }} / nullif(w, 0) - w{{ one }} / nullif(w, 0) * w{{ other }} / nullif(w, 0))
            * (w * w / nullif(ww, 0)) / nullif(w * w / nullif(ww, 0) - 1, 0)
                as var_{{ one ~ other }},
        {% endfor %}
        w * w / nullif(ww, 0) as n
    from sums

),

paired as (

    select
        treated.campaign_id,
        treated.segment,
        treated.outcome,
        treated.has_control,
        treated.customers_count as treated_count,
        compared.customers_count as compared_count,
        treated.cost_amount,
        {% for name in ['y', 'u', 'v'] %}
            treated.mean_{{ name }} as treated_{{ name }},
            compared.mean_{{ name }} as compared_{{ name }},
        {% endfor %}
        {% for name in ['yy', 'uu', 'vv', 'yu', 'yv', 'uv'] %}
            treated.var_{{ name }} as treated_{{ name }},
            compared.var_{{ name }} as compared_{{ name }},
            treated.n * treated.var_{{ name }} + compared.n * compared.var_{{ name }}
                as within_{{ name }},
        {% endfor %}
        treated.n as n_treated,
        compared.n as n_compared
    from moments as treated
    left join moments as compared
        on
            treated.campaign_id = compared.campaign_id
            and treated.segment = compared.segment
            and treated.outcome = compared.outcome
            and not compared.is_treated
    where treated.is_treated

),

-- Slopes of y on u and v. Where u and v say the same, u alone; where neither varies, none.
sloped as (

    select
        paired.*,
        case
            when
                {{ both_vary }}
                then
                    (paired.within_vv * paired.within_yu - paired.within_uv * paired.within_yv)
                    / ({{ determinant }})
            when paired.within_uu > 0 then paired.within_yu / paired.within_uu
            else 0
        end as slope_u,
        case
            when
                {{ both_vary }}
                then
                    (paired.within_uu * paired.within_yv - paired.within_uv * paired.within_yu)
                    / ({{ determinant }})
            when
                coalesce(paired.within_uu, 0) <= 0 and paired.within_vv > 0
                then paired.within_yv / paired.within_vv
            else 0
        end as slope_v,
        case
            when
                {{ both_vary }}
                then 2
            when paired.within_uu > 0 or paired.within_vv > 0 then 1
            else 0
        end as slopes_count
    from paired

),

adjusted as (

    select
        sloped.*,
        sloped.treated_y - sloped.compared_y as difference,
        sloped.treated_y - sloped.compared_y
        - sloped.slope_u * (sloped.treated_u - sloped.compared_u)
        - sloped.slope_v * (sloped.treated_v - sloped.compared_v) as effect,
        sqrt(
            greatest(sloped.treated_yy, 0) / sloped.n_treated
            + greatest(sloped.compared_yy, 0) / sloped.n_compared
        )
            as unadjusted_standard_error,
        {% for arm in ['treated', 'compared'] %}
            greatest(
                {{ arm }}_yy
                + sloped.slope_u * sloped.slope_u * {{ arm }}_uu
                + sloped.slope_v * sloped.slope_v * {{ arm }}_vv
                - 2 * sloped.slope_u * {{ arm }}_yu - 2 * sloped.slope_v * {{ arm }}_yv
                + 2 * sloped.slope_u * sloped.slope_v * {{ arm }}_uv, 0
            ) / n_{{ arm }} as {{ arm }}_variance,
        {% endfor %}
        sqrt((greatest(sloped.treated_yy, 0) + greatest(sloped.compared_yy, 0)) / 2)
        * {{ scale }} as mixture_sd,
        coalesce(least(sloped.n_treated, sloped.n_compared) >= {{ min_arm }}, false) as is_enough
    from sloped

),

with_error as (

    select
        *,
        sqrt(
            (treated_variance + compared_variance)
            * (n_treated + n_compared - 2) / nullif(greatest(n_treated + n_compared - 2 - slopes_count, 0), 0)
        ) as standard_error,
        greatest(
            coalesce(
                power(treated_variance + compared_variance, 2)
                / nullif(
                    power(treated_variance, 2) / nullif(n_treated - 1, 0)
                    + power(compared_variance, 2) / nullif(n_compared - 1, 0), 0
                ), n_treated + n_compared - 2
            ) - slopes_count, 1
        ) as degrees_of_freedom,
        {{ normal_quantile((1 + confidence) / 2) }} as normal_margin
    from adjusted

),

with_margin as (

    select
        *,
        {% if interval == 'fixed' %}
            {{ student_t_quantile('normal_margin', 'degrees_of_freedom') }} * standard_error as margin
        {% else %}
            sqrt(
                standard_error * standard_error
                * (standard_error * standard_error + mixture_sd * mixture_sd)
                / nullif(mixture_sd * mixture_sd, 0)
                * ln(
                    (standard_error * standard_error + mixture_sd * mixture_sd)
                    / nullif(standard_error * standard_error * {{ (1 - confidence) ** 2 }}, 0)
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
        round(treated_y, 8) as treated_mean,
        round(compared_y, 8) as compared_mean,
        round(difference, 8) as difference,
        round(case when is_enough then effect end, 8) as effect,
        round(case when is_enough then standard_error end, 8) as standard_error,
        round(case when is_enough then unadjusted_standard_error end, 8) as unadjusted_standard_error,
        round(case when is_enough then effect - margin end, 8) as effect_lower,
        round(case when is_enough then effect + margin end, 8) as effect_upper,
        '{{ interval }}' as interval_kind
    from with_margin

)

select * from estimates
