-- One row per customer, as_of_date (latest, test) and method: the spend that the method expects.
-- A corrected method multiplies its estimate by the correction factor of the customer's bands; a half
-- corrected one by the mean of that factor and 1.
{% set methods = {
    'model': ('model', '1'),
    'model_half_corrected': ('model', '(1 + corrections.correction_factor) / 2'),
    'model_corrected': ('model', 'corrections.correction_factor'),
    'naive': ('naive', '1'),
    'naive_corrected': ('naive', 'corrections.correction_factor'),
} %}

with estimates as (

    select * from {{ ref('ml_value_estimates') }}

),

corrections as (

    select * from {{ ref('ml_value_corrections') }}

),

candidates as (

    {% for method, (source, factor) in methods.items() %}
        select
            estimates.customer_id,
            estimates.as_of_date,
            '{{ method }}' as method,
            estimates.orders_band,
            {{ rounded('estimates.' ~ source ~ '_value_horizon * ' ~ factor, 4) }} as value_horizon,
            {{ rounded('estimates.' ~ source ~ '_value_12m * ' ~ factor, 4) }} as value_12m
        from estimates
        inner join corrections
            on
                estimates.as_of_date = corrections.as_of_date
                and estimates.orders_band = corrections.orders_band
                and estimates.known_band = corrections.known_band
        where corrections.estimate_source = '{{ source }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from candidates
