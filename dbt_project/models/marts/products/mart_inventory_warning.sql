-- One row per product: the demand that may leave with the customers at risk, the forecast, and the stock.
-- The forecast is one of five (ml_product_demand): the one with the smallest sum of errors over the products
-- of a category. Categories of which fewer than least_products were bought choose together. The test date
-- chooses for the latest as_of_date, and the choice date for the test date, which judges that earlier choice.
-- Figures about fewer than min_group_size customers are null: units at risk over usual units is their churn
-- probability. The forecast stays.
{% set methods = ['customers', 'mean', 'smoothed', 'seasonal', 'naive'] %}
{% set least_products = 20 %}
{% set method_of_row = "coalesce(of_category.forecast_method, of_others.forecast_method, 'customers')" %}

with demand as (

    select * from {{ ref('ml_product_demand') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

grouped as (

    select
        demand.*,
        products.product_name,
        products.category,
        products.stock_on_hand_count,
        case
            when
                sum(case when demand.actual_units > 0 then 1 else 0 end)
                    over (partition by demand.split, products.category)
                >= {{ least_products }}
                then products.category
        end as product_group
    from demand
    left join products on demand.product_id = products.product_id

),

errors as (

    {% for method in methods %}
        select
            case split when 'choice' then 'test' else 'score' end as for_split,
            product_group,
            '{{ method }}' as forecast_method,
            {{ loop.index }} as preference,
            {{ exact_sum('abs(' ~ method ~ '_units - actual_units)') }} as error_units
        from grouped
        where split in ('choice', 'test')
        group by split, product_group
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

chosen as (

    select
        for_split,
        product_group,
        min_by(forecast_method, (error_units, preference)) as forecast_method
    from errors
    group by for_split, product_group

),

{# Without an earlier date the forecast is that of the customers. #}
forecasts as (

    select
        grouped.*,
        {{ method_of_row }} as forecast_method,
        case {{ method_of_row }}
            {% for method in methods %}
                when '{{ method }}' then grouped.{{ method }}_units
            {% endfor %}
        end as forecast_units
    from grouped
    left join chosen as of_category
        on grouped.split = of_category.for_split and grouped.category = of_category.product_group
    left join chosen as of_others
        on grouped.split = of_others.for_split and of_others.product_group is null

),

joined as (

    select
        forecasts.*,
        test_forecasts.forecast_method as test_forecast_method,
        test_forecasts.forecast_units as test_forecast_units,
        test_forecasts.naive_units as test_naive_units,
        test_forecasts.actual_units as test_actual_units
    from forecasts
    left join forecasts as test_forecasts
        on
            forecasts.product_id = test_forecasts.product_id
            and test_forecasts.split = 'test'
    where forecasts.split = 'score'

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
        case
            when customers_count = 0 then 0
            else {{ hide_small_group('round(usual_units, 2)', 'customers_count') }}
        end as usual_units,
        case
            when customers_count = 0 then 0
            else {{ hide_small_group('round(units_at_risk, 2)', 'customers_count') }}
        end as units_at_risk,
        {{ hide_small_group('round(units_at_risk / nullif(usual_units, 0), 4)', 'customers_count') }}
            as units_at_risk_share,
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
        test_forecast_method,
        round(test_forecast_units, 2) as test_forecast_units,
        round(test_naive_units, 2) as test_naive_units,
        round(test_actual_units, 2) as test_actual_units
    from joined

)

select * from final
