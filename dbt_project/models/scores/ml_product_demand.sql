-- noqa: disable=LT05
-- One row per split (choice, test, score) and product of the shop or of a scored customer: the demand within
-- the churn horizon, by five forecasts, and on the first two dates what was bought.
-- customers = the usual units that do not leave with their customers; naive = the units of as many days
-- before; mean = the mean of the two; smoothed = exponential smoothing of all periods of so many days (Brown
-- 1959); seasonal = the units of the same days 52 weeks ago, or naive in the first year of a product.
{% set older_share = 0.7 %}
with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

dates as (

    {{ demand_dates('snapshots') | indent(4) }}

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

usual_units as (

    select * from {{ ref('ml_usual_units') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

demand as (

    select
        split,
        product_id,
        count(*) as customers_count,
        sum(case when churn_probability >= {{ risk_tiers()[-1].threshold }} then 1 else 0 end)
            as warned_customers_count,
        {{ exact_sum('usual_units', scale=9) }} as usual_units,
        {{ exact_sum('usual_units * churn_probability', scale=9) }} as units_at_risk
    from usual_units
    group by split, product_id

),

recent_lines as (

    select
        dates.split,
        dates.horizon_days,
        purchase_lines.product_id,
        purchase_lines.pieces_count,
        {{ days_between('purchase_lines.purchase_date', 'dates.as_of_date') }} as days_ago,
        floor(
            ({{ days_between('purchase_lines.purchase_date', 'dates.as_of_date') }} - 1)
            / cast(dates.horizon_days as double)
        ) as periods_ago
    from dates
    inner join purchase_lines on {{ known_at('purchase_lines', 'dates.as_of_date') }}

),

trends as (

    select
        split,
        product_id,
        {{ exact_sum('pieces_count', condition='days_ago <= horizon_days') }} as recent_units,
        {{ exact_sum('pieces_count', condition='days_ago > horizon_days and days_ago <= 2 * horizon_days') }}
            as previous_units,
        {{ exact_sum('pieces_count * power(%s, periods_ago)' % older_share, scale=9) }}
        * {{ 1 - older_share }} / (1 - power({{ older_share }}, max(periods_ago) + 1)) as smoothed_units,
        {{ exact_sum('pieces_count', condition='days_ago > 364 - horizon_days and days_ago <= 364') }}
            as seasonal_units,
        max(days_ago) as days_known
    from recent_lines
    group by split, product_id

),

actual as (

    select
        dates.split,
        purchase_lines.product_id,
        {{ exact_sum('purchase_lines.pieces_count') }} as actual_units
    from purchase_lines
    inner join dates
        on
            purchase_lines.purchase_date >= dates.as_of_date
            and purchase_lines.purchase_date < dates.label_window_end_date
    where dates.split in ('choice', 'test') and {{ is_kept('purchase_lines') }}
    group by dates.split, purchase_lines.product_id

),

product_ids as (

    select product_id from products
    union
    select product_id from demand

),

{# Empty without a churn model: with no demand known, every stock would look too large. #}
joined as (

    select
        dates.split,
        dates.as_of_date,
        dates.horizon_days,
        product_ids.product_id,
        coalesce(demand.customers_count, 0) as customers_count,
        coalesce(demand.warned_customers_count, 0) as warned_customers_count,
        coalesce(demand.usual_units, 0) as usual_units,
        coalesce(demand.units_at_risk, 0) as units_at_risk,
        trends.recent_units / nullif(trends.previous_units, 0) - 1 as trend_rate,
        coalesce(demand.usual_units - demand.units_at_risk, 0) as customers_units,
        coalesce(trends.recent_units, 0) as naive_units,
        (coalesce(demand.usual_units - demand.units_at_risk, 0) + coalesce(trends.recent_units, 0)) / 2
            as mean_units,
        round(coalesce(trends.smoothed_units, 0), 6) as smoothed_units,
        coalesce(case when trends.days_known >= 364 then trends.seasonal_units end, trends.recent_units, 0)
            as seasonal_units,
        case when dates.split <> 'score' then coalesce(actual.actual_units, 0) end as actual_units
    from product_ids
    cross join dates
    left join demand on product_ids.product_id = demand.product_id and dates.split = demand.split
    left join trends on product_ids.product_id = trends.product_id and dates.split = trends.split
    left join actual on product_ids.product_id = actual.product_id and dates.split = actual.split
    where (select count(*) from scores) > 0

)

select * from joined
