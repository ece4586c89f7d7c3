-- One row per evidence, as_of_date and bin: does the observed churn rate match the predicted one?
-- The interval of the observed rate is Wilson's. Bins of few customers are left out (is_shown_group).
{% set bins = 10 %}
{% set z_975 = 1.959964 %}
{# mart_realised_performance has totals by risk tier. A tier that starts with a bin is a block of bins. #}
{% set edges = [] %}
{% for threshold in setting('risk_tier_thresholds').values() if (threshold * bins) | round(9) % 1 == 0 %}
    {% do edges.append((threshold * bins) | round | int) %}
{% endfor %}

with judged as (

    select * from {{ ref('int_retention__judged_scores') }}

),

binned as (

    select
        *,
        cast(least(floor(churn_probability * {{ bins }}), {{ bins - 1 }}) as integer) as probability_bin
    from judged

),

blocks as (

    select
        *,
        0
        {%- for edge in edges %}
            + case when probability_bin >= {{ edge }} then 1 else 0 end
        {%- endfor %} as tier_block
    from binned

),

counted as (

    select
        evidence,
        as_of_date,
        probability_bin,
        min(model_version) as model_version,
        cast(count(*) as double) as customers,
        cast(count(*) filter (where is_churned) as double) as churners,
        {{ exact_sum('churn_probability', scale=6) }} / count(*) as churn_probability_avg,
        {{ is_shown_group('count(*)', ['evidence', 'as_of_date'], 'probability_bin') }}
        and {{ is_shown_group('count(*)', ['evidence', 'as_of_date', 'tier_block'], 'probability_bin') }}
            as is_shown
    from blocks
    group by evidence, as_of_date, tier_block, probability_bin

),

observed as (

    select
        *,
        churners / customers as churn_rate,
        (churners + {{ z_975 ** 2 / 2 }}) / (customers + {{ z_975 ** 2 }}) as wilson_centre,
        {{ z_975 }} * sqrt(churners * (customers - churners) / customers + {{ z_975 ** 2 / 4 }})
        / (customers + {{ z_975 ** 2 }}) as wilson_half_width
    from counted
    where is_shown

),

calibration as (

    select
        evidence,
        as_of_date,
        model_version,
        probability_bin,
        cast(probability_bin as double) / {{ bins }} as probability_from,
        cast(probability_bin + 1 as double) / {{ bins }} as probability_until,
        cast(customers as integer) as customers_count,
        round(churn_probability_avg, 6) as churn_probability_avg,
        round(churn_rate, 6) as churn_rate,
        round(greatest(wilson_centre - wilson_half_width, 0), 6) as churn_rate_lower_95,
        round(least(wilson_centre + wilson_half_width, 1), 6) as churn_rate_upper_95,
        churn_probability_avg between wilson_centre - wilson_half_width and wilson_centre + wilson_half_width
            as is_calibrated
    from observed

)

select * from calibration
