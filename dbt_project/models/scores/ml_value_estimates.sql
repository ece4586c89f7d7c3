-- One row per customer and as_of_date: expected spend by the model (MBG/NBD, gamma-gamma) and the naive rate.
-- A purchase without an amount adds no spend; a customer without any amount gets the mean of the shop.
-- The bands group customers by how much is known: days with a purchase.
{{ config(materialized='by_date') }}
{% set year_weeks = '(365 / cast(7 as double))' %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

credits as (

    select
        customer_id,
        as_of_date,
        {{ exact_sum('credited_amount') }} as credited_ever,
        {{ exact_sum('credited_amount', condition='days_ago <= 364') }} as credited_364d
    from {{ ref('int_retention__credit_history') }}
    group by customer_id, as_of_date

),

parameters as (

    select * from {{ ref('int_retention__purchase_process') }}

),

statistics as (

    select
        spine.customer_id,
        spine.as_of_date,
        {{ days_between('spine.as_of_date', 'spine.label_window_end_date') }} as horizon_days, -- noqa: LT05
        cast(count(distinct history.days_ago) as double) as days_count,
        (max(history.days_ago) - min(history.days_ago)) / cast(7 as double) as last_weeks,
        (max(history.days_ago) - 1) / cast(7 as double) as observed_weeks,
        max(history.days_ago) as days_known,
        cast(
            count(distinct case when history.purchase_amount is not null then history.days_ago end) as double
        ) as days_with_amount_count,
        {{ exact_sum('history.purchase_amount') }} as spend_ever,
        {{ known_sum('history.purchase_amount', condition='history.days_ago <= 364') }} as spend_364d
    from spine
    inner join history
        on
            spine.customer_id = history.customer_id
            and spine.as_of_date = history.as_of_date
    group by spine.customer_id, spine.as_of_date, spine.label_window_end_date

),

{# A credit without a purchase lowers spend too; a customer who was credited everything has spent 0. #}
net_statistics as (

    select
        statistics.*,
        case
            when credits.credited_ever > 0 then greatest(statistics.spend_ever - credits.credited_ever, 0)
            else statistics.spend_ever
        end as net_spend_ever,
        case
            when credits.credited_364d > 0 and statistics.spend_364d is not null
                then greatest(statistics.spend_364d - credits.credited_364d, 0)
            else statistics.spend_364d
        end as net_spend_364d,
        coalesce(credits.credited_ever >= statistics.spend_ever, false)
        and statistics.days_with_amount_count > 0 as is_all_credited
    from statistics
    left join credits
        on
            statistics.customer_id = credits.customer_id
            and statistics.as_of_date = credits.as_of_date

),

expected as (

    {% call function_rows() %}
        select
            statistics.*,
            {% for name, weeks in {
                'horizon': 'statistics.horizon_days / cast(7 as double)', '12m': year_weeks
            }.items() %}
                {{ expected_purchases(
                    'mbg_nbd', 'parameters', 'statistics.days_count - 1', 'statistics.last_weeks',
                    'statistics.observed_weeks', weeks
                ) }} as expected_orders_{{ name }},
            {% endfor %}
            case
                when statistics.is_all_credited then 0
                else
                    parameters.gamma_gamma_p * (parameters.gamma_gamma_v + statistics.net_spend_ever)
                    / (
                        parameters.gamma_gamma_p * statistics.days_with_amount_count
                        + parameters.gamma_gamma_q - 1
                    )
            end as expected_order_amount,
            statistics.net_spend_364d
            / least(
                greatest(
                    statistics.days_known, {{ setting('min_value_history_days') }}
                ), 364
            ) as naive_spend_per_day
        from net_statistics as statistics
        inner join parameters on statistics.as_of_date = parameters.as_of_date
    {% endcall %}

),

estimates as (

    select
        customer_id,
        as_of_date,
        case
            when days_count <= 2 then cast(cast(days_count as integer) as {{ dbt.type_string() }})
            when days_count <= 5 then '3-5'
            else '6+'
        end as orders_band,
        round(expected_orders_horizon, 6) as expected_orders_horizon,
        round(expected_orders_12m, 6) as expected_orders_12m,
        round(expected_order_amount, 4) as expected_order_amount,
        {{ rounded('expected_orders_horizon * expected_order_amount', 4) }} as model_value_horizon,
        {{ rounded('expected_orders_12m * expected_order_amount', 4) }} as model_value_12m,
        {{ rounded('naive_spend_per_day * horizon_days', 4) }} as naive_value_horizon,
        {{ rounded('naive_spend_per_day * 365', 4) }} as naive_value_12m
    from expected

)

select * from estimates
