-- One row per product of the shop or bought lately: how much of its demand may walk away, and the stock.
-- Usual units = those a customer bought in the look-back, by horizon; at risk = sum of P(churn) x usual.
-- Three forecasts compete: the rest (by customers), the units of as many days before (naive), and the mean of
-- the two. All are made for the test date too; the one with the least sum of errors there is today's.
-- Of few customers (min_group_size) only the forecast is shown: at risk over usual units would be P(churn).
{% set methods = ['customers', 'mean', 'naive'] %}

with snapshots as (

    select
        as_of_date,
        split,
        label_window_end_date,
        {{ days_between('as_of_date', 'label_window_end_date') }} as horizon_days -- noqa: LT05
    from {{ ref('int_retention__snapshots') }}
    where split in ('test', 'score')

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

known_lines as (

    select
        snapshots.split,
        snapshots.as_of_date,
        snapshots.horizon_days,
        purchase_lines.customer_id,
        purchase_lines.product_id,
        purchase_lines.pieces_count,
        {{ days_between('purchase_lines.purchase_date', 'snapshots.as_of_date') }} as days_ago -- noqa: LT05
    from snapshots
    inner join purchase_lines on {{ known_at('purchase_lines', 'snapshots.as_of_date') }}

),

known_customers as (

    select
        split,
        customer_id,
        max(days_ago) as days_known
    from known_lines
    group by split, customer_id

),

bought as (

    select
        known_lines.split,
        known_lines.as_of_date,
        known_lines.horizon_days,
        known_lines.customer_id,
        known_lines.product_id,
        {{ exact_sum('known_lines.pieces_count') }} as pieces_count
    from known_lines
    where known_lines.days_ago <= {{ setting('lookback_days') }}
    group by
        known_lines.split,
        known_lines.as_of_date,
        known_lines.horizon_days,
        known_lines.customer_id,
        known_lines.product_id

),

{# Who has been known for less than the look-back is judged by the days known, and by a horizon at least. #}
usual as (

    select
        bought.split,
        bought.product_id,
        bought.customer_id,
        scores.churn_probability,
        bought.pieces_count * bought.horizon_days / cast(
            greatest(
                least({{ setting('lookback_days') }}, known_customers.days_known), bought.horizon_days
            ) as double
        ) as usual_units
    from bought
    inner join known_customers
        on
            bought.split = known_customers.split
            and bought.customer_id = known_customers.customer_id
    inner join scores
        on
            bought.customer_id = scores.customer_id
            and bought.as_of_date = scores.as_of_date
            and bought.split = scores.split

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
    from usual
    group by split, product_id

),

trends as (

    select
        split,
        product_id,
        {{ exact_sum('pieces_count', condition='days_ago <= horizon_days') }} as recent_units,
        {{ exact_sum('pieces_count', condition='days_ago > horizon_days and days_ago <= 2 * horizon_days') }}
            as previous_units
    from known_lines
    group by split, product_id

),

came as (

    select
        purchase_lines.product_id,
        {{ exact_sum('purchase_lines.pieces_count') }} as actual_units
    from purchase_lines
    inner join snapshots
        on
            purchase_lines.purchase_date >= snapshots.as_of_date
            and purchase_lines.purchase_date < snapshots.label_window_end_date
            and {{ is_kept('purchase_lines') }}
    where snapshots.split = 'test'
    group by purchase_lines.product_id

),

names as (

    select product_id from products
    union
    select product_id from demand

),

{# Without a churn model the table is empty: no demand would be known, every stock would look too large. #}
today as (

    select * from snapshots
    where
        split = 'score'
        and (select count(*) from scores) > 0

),

test_days as (

    select count(*) as test_days_count from snapshots
    where split = 'test'

),

joined as (

    select
        names.product_id,
        today.as_of_date,
        today.horizon_days,
        products.product_name,
        products.category,
        products.stock_on_hand_count,
        coalesce(demand.customers_count, 0) as customers_count,
        coalesce(demand.warned_customers_count, 0) as warned_customers_count,
        coalesce(demand.usual_units, 0) as usual_units,
        coalesce(demand.units_at_risk, 0) as units_at_risk,
        coalesce(demand.usual_units - demand.units_at_risk, 0) as customers_units,
        coalesce(trends.recent_units, 0) as naive_units,
        trends.recent_units / nullif(trends.previous_units, 0) - 1 as trend_rate,
        case
            when test_days.test_days_count > 0
                then coalesce(past_demand.usual_units - past_demand.units_at_risk, 0)
        end as test_customers_units,
        case when test_days.test_days_count > 0 then coalesce(past_trends.recent_units, 0) end
            as test_naive_units,
        case when test_days.test_days_count > 0 then coalesce(came.actual_units, 0) end as test_actual_units
    from names
    cross join today
    cross join test_days
    left join products on names.product_id = products.product_id
    left join demand
        on
            names.product_id = demand.product_id
            and demand.split = 'score'
    left join demand as past_demand
        on
            names.product_id = past_demand.product_id
            and past_demand.split = 'test'
    left join trends
        on
            names.product_id = trends.product_id
            and trends.split = 'score'
    left join trends as past_trends
        on
            names.product_id = past_trends.product_id
            and past_trends.split = 'test'
    left join came on names.product_id = came.product_id

),

with_mean as (

    select
        *,
        (customers_units + naive_units) / 2 as mean_units,
        (test_customers_units + test_naive_units) / 2 as test_mean_units
    from joined

),

errors as (

    {% for method in methods %}
        select
            '{{ method }}' as forecast_method,
            {{ loop.index }} as preference,
            {{ exact_sum('abs(test_' ~ method ~ '_units - test_actual_units)') }} as error_units
        from with_mean
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

chosen as (

    select min_by(forecast_method, (error_units, preference)) as forecast_method
    from errors

),

forecast as (

    select
        with_mean.*,
        chosen.forecast_method,
        case chosen.forecast_method
            {% for method in methods %}
                when '{{ method }}' then with_mean.{{ method }}_units
            {% endfor %}
        end as forecast_units,
        case chosen.forecast_method
            {% for method in methods %}
                when '{{ method }}' then with_mean.test_{{ method }}_units
            {% endfor %}
        end as test_forecast_units
    from with_mean
    cross join chosen

),

final as (

    select
        product_id,
        as_of_date,
        product_name,
        category,
        cast({{ hide_small_group('customers_count', 'customers_count') }} as bigint) as customers_count,
        cast({{ hide_small_group('warned_customers_count', 'warned_customers_count') }} as bigint)
            as warned_customers_count,
        {% for name, units in {
            'usual_units': 'round(usual_units, 2)',
            'units_at_risk': 'round(units_at_risk, 2)',
            'units_at_risk_share': 'round(units_at_risk / nullif(usual_units, 0), 4)',
        }.items() %}
            case
                when customers_count = 0 then {{ units }}
                else {{ hide_small_group(units, 'customers_count') }}
            end as {{ name }},
        {% endfor %}
        round(trend_rate, 4) as trend_rate,
        round(forecast_units, 2) as forecast_units,
        forecast_method,
        stock_on_hand_count,
        round(stock_on_hand_count - forecast_units, 2) as stock_left_units,
        round(stock_on_hand_count / nullif(forecast_units / horizon_days, 0), 1) as stock_days,
        case
            when stock_on_hand_count is null then 'stock not known'
            when stock_on_hand_count < forecast_units then 'too little'
            when
                stock_on_hand_count
                > {{ setting('stock_surplus_multiple') }} * forecast_units then 'too much'
            when stock_on_hand_count < usual_units then 'enough if they leave'
            else 'enough'
        end as stock_warning,
        round(test_forecast_units, 2) as test_forecast_units,
        round(test_naive_units, 2) as test_naive_units,
        round(test_actual_units, 2) as test_actual_units
    from forecast

)

select * from final
