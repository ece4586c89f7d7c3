-- One row per customer, as_of_date (latest, test) and method: the spend that the method expects.
-- A corrected method multiplies its estimate by the correction factor and by the season; a half corrected one
-- by the mean of that factor and 1. The blend is the mean of the corrected model and the regression.
-- Twelve months bring year_growth times an average horizon; the regression, which knows the horizon only,
-- grows as the model does.
{% set sources = ['model', 'naive', 'regression'] %}
{% set columns = ['horizon_amount', 'season_rate', 'correction_factor', 'year_growth'] %}
{% set methods = {
    'model': ['model_horizon_amount', '1', 'model'],
    'model_half_corrected': [
        'model_horizon_amount * (1 + model_correction_factor) / 2', 'model_season_rate', 'model'
    ],
    'model_corrected': ['model_corrected_amount', 'model_season_rate', 'model'],
    'naive': ['naive_horizon_amount', '1', 'naive'],
    'naive_corrected': ['naive_horizon_amount * naive_correction_factor', 'naive_season_rate', 'naive'],
    'regression': ['regression_corrected_amount', 'regression_season_rate', 'model'],
    'blend': ['(model_corrected_amount + regression_corrected_amount) / 2', 'model_season_rate', 'model'],
} %}

with corrections as (

    select * from {{ ref('ml_value_corrections') }}

),

by_customer as (

    select
        customer_id,
        as_of_date,
        orders_band,
        {% for source in sources %}
            {% for column in columns %}
                max(case when estimate_source = '{{ source }}' then {{ column }} end)
                    as {{ source }}_{{ column }},
            {% endfor %}
        {% endfor %}
        count(*) as sources_count
    from corrections
    group by customer_id, as_of_date, orders_band

),

{# In an average season; the regression has the season of its date. #}
corrected as (

    select
        *,
        model_horizon_amount * model_correction_factor as model_corrected_amount,
        regression_horizon_amount * regression_correction_factor / regression_season_rate
            as regression_corrected_amount
    from by_customer

),

candidates as (

    {% for method, (amount, season_rate, source) in methods.items() %}
        select
            customer_id,
            as_of_date,
            '{{ method }}' as method,
            orders_band,
            {{ rounded(amount ~ ' * ' ~ season_rate, 4) }} as value_horizon,
            {{ rounded(amount ~ ' * greatest(' ~ source ~ '_year_growth, ' ~ season_rate ~ ')', 4) }}
                as value_12m
        from corrected
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from candidates
