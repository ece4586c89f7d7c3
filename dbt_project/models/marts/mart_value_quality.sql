-- One row per method and decile of expected spend on the test date: what was expected within the horizon, and
-- what came. Decile 0 is everybody; the naive method takes the past's daily spend on as it was.
with customer_values as (

    select * from {{ ref('ml_customer_values') }}

),

labels as (

    select * from {{ ref('int_retention__definition_labels') }}
    where split = 'test'

),

compared as (

    {% for method, column in {'model': 'expected_value_horizon', 'naive': 'naive_value_horizon'}.items() %}
        select
            '{{ method }}' as method,
            labels.as_of_date,
            labels.customer_id,
            customer_values.{{ column }} as expected_value,
            labels.spend_in_horizon_amount as actual_value
        from labels
        inner join customer_values
            on
                labels.customer_id = customer_values.customer_id
                and labels.as_of_date = customer_values.as_of_date
        where
            customer_values.{{ column }} is not null
            and labels.spend_in_horizon_amount is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

deciles as (

    select
        *,
        ntile(10) over (
            partition by method
            order by expected_value, customer_id
        ) as decile
    from compared

),

everybody_too as (

    select * from deciles
    union all
    select
        method,
        as_of_date,
        customer_id,
        expected_value,
        actual_value,
        0 as decile
    from compared

),

quality as (

    select
        method,
        cast(decile as integer) as decile,
        as_of_date,
        cast(count(*) as integer) as customers_count,
        round({{ exact_sum('expected_value') }} / count(*), 2) as expected_value_avg,
        round({{ exact_sum('actual_value') }} / count(*), 2) as actual_value_avg,
        round({{ exact_sum('abs(expected_value - actual_value)') }} / count(*), 2) as absolute_error_avg
    from everybody_too
    group by method, decile, as_of_date

)

select * from quality
