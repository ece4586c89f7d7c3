-- noqa: disable=LT02,LT05,LT01
-- One row per customer and as_of_date: what two buy-till-you-die models expect of the customer in horizon H.
-- BG/NBD: Fader, Hardie & Lee (2005); MBG/NBD: Batislam, Denizel & Filiztekin (2007).
-- P(no purchase in H) = 1 - P(alive) * (1 - ((alpha + T) / (alpha + T + H)) ^ (r + x)), times in weeks.
-- T ends with the last observed day, the day before as_of_date, as in the published examples.
{% set processes = ['bg_nbd', 'mbg_nbd'] %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

parameters as (

    select * from {{ ref('int_retention__purchase_process') }}

),

horizons as (

    select distinct
        as_of_date,
        {{ days_between('as_of_date', 'label_window_end_date') }} / cast(7 as double) as horizon_weeks
    from spine

),

statistics as (

    select
        customer_id,
        as_of_date,
        cast(count(distinct days_ago) - 1 as double) as repeats,
        (max(days_ago) - min(days_ago)) / cast(7 as double) as last_weeks,
        (max(days_ago) - 1) / cast(7 as double) as observed_weeks
    from history
    group by customer_id, as_of_date

),

alive as (

    {% call function_rows() %}
        select
            statistics.customer_id,
            statistics.as_of_date,
            statistics.repeats,
            statistics.observed_weeks,
            horizons.horizon_weeks,
            parameters.bg_nbd_r,
            parameters.bg_nbd_alpha,
            parameters.mbg_nbd_r,
            parameters.mbg_nbd_alpha,
            case
                when statistics.repeats = 0 then 1
                else 1 / (
                    1 + parameters.bg_nbd_a / (parameters.bg_nbd_b + statistics.repeats - 1) * power(
                        (parameters.bg_nbd_alpha + statistics.observed_weeks)
                        / (parameters.bg_nbd_alpha + statistics.last_weeks),
                        parameters.bg_nbd_r + statistics.repeats
                    )
                )
            end as bg_nbd_alive,
            1 / (
                1 + parameters.mbg_nbd_a / (parameters.mbg_nbd_b + statistics.repeats) * power(
                    (parameters.mbg_nbd_alpha + statistics.observed_weeks)
                    / (parameters.mbg_nbd_alpha + statistics.last_weeks),
                    parameters.mbg_nbd_r + statistics.repeats
                )
            ) as mbg_nbd_alive,
            {% for process in processes %}
                {{ expected_purchases(
                    process, 'parameters', 'statistics.repeats', 'statistics.last_weeks',
                    'statistics.observed_weeks', 'horizons.horizon_weeks'
                ) }} as purchases_expected_{{ process }}_horizon{{ ',' if not loop.last }}
            {% endfor %}
        from statistics
        inner join parameters on statistics.as_of_date = parameters.as_of_date
        inner join horizons on statistics.as_of_date = horizons.as_of_date
    {% endcall %}

),

expected as (

    select
        customer_id,
        as_of_date,
        {% for process in processes %}
            {{ process }}_alive as alive_probability_{{ process }},
            1 - {{ process }}_alive * (
                1 - power(
                    ({{ process }}_alpha + observed_weeks)
                    / ({{ process }}_alpha + observed_weeks + horizon_weeks),
                    {{ process }}_r + repeats
                )
            ) as no_purchase_probability_{{ process }}_horizon,
            purchases_expected_{{ process }}_horizon{{ ',' if not loop.last }}
        {% endfor %}
    from alive

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for process in processes %}
            expected.alive_probability_{{ process }},
            expected.no_purchase_probability_{{ process }}_horizon,
            expected.purchases_expected_{{ process }}_horizon{{ ',' if not loop.last }}
        {% endfor %}
    from spine
    left join expected
        on
            spine.customer_id = expected.customer_id
            and spine.as_of_date = expected.as_of_date

)

select * from final
