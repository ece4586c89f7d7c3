-- One row per method of expected value: its error on the test date, and whether it is chosen.
-- The regression and the blend were trained before the test date, so every method is judged out of time.
-- The error is the root mean squared error relative to the naive rate, per band of orders, averaged over
-- the bands, so that large bands do not dominate. A band of fewer than 100 customers counts only if it is the
-- largest: a few purchases would decide. Of the methods within 1 % of the smallest error, the one with the
-- smallest bias is chosen. A method that is worse than the naive rate over all customers, in squared or
-- absolute error, or that has no estimate there, is never chosen. Without a test date it is the first one.
{% set methods = [
    'model_corrected', 'model_half_corrected', 'model', 'blend', 'regression', 'naive_corrected', 'naive'
] %}
{% set equal_error = 1.01 %}
{% set enough_customers = 100 %}

with candidates as (

    select * from {{ ref('ml_value_candidates') }}

),

labels as (

    select * from {{ ref('int_retention__definition_labels') }}
    where split = 'test'

),

compared as (

    select
        candidates.method,
        candidates.orders_band,
        candidates.value_horizon - labels.spend_in_horizon_amount as error
    from candidates
    inner join labels
        on
            candidates.customer_id = labels.customer_id
            and candidates.as_of_date = labels.as_of_date
    where
        candidates.value_horizon is not null
        and labels.spend_in_horizon_amount is not null

),

of_band as (

    select
        method,
        orders_band,
        count(*) as customers_count,
        sqrt({{ exact_sum('error * error', digits=38) }} / count(*)) as squared_error,
        abs({{ exact_sum('error') }}) as surplus,
        max(count(*)) over (partition by method) as largest_count
    from compared
    group by method, orders_band
    having count(*) >= {{ setting('min_group_size') }}

),

to_naive as (

    select
        of_band.method,
        avg(of_band.squared_error / nullif(naive.squared_error, 0)) as error_to_naive,
        {{ exact_sum('of_band.surplus') }} / sum(of_band.customers_count) as bias
    from of_band
    inner join of_band as naive
        on
            of_band.orders_band = naive.orders_band
            and naive.method = 'naive'
    where of_band.customers_count >= least(of_band.largest_count, {{ enough_customers }})
    group by of_band.method

),

of_all as (

    select
        method,
        count(*) as customers_count,
        round(sqrt({{ exact_sum('error * error', digits=38) }} / count(*)), 6) as squared_error,
        round({{ exact_sum('abs(error)') }} / count(*), 6) as absolute_error
    from compared
    group by method

),

methods as (

    {% for method in methods %}
        select
            '{{ method }}' as method,
            {{ loop.index }} as preference
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged as (

    select
        methods.method,
        methods.preference,
        cast(coalesce(of_all.customers_count, 0) as integer) as customers_count,
        round(to_naive.error_to_naive, 6) as error_to_naive,
        round(to_naive.bias, 6) as bias,
        of_all.squared_error,
        of_all.absolute_error,
        coalesce(
            of_all.squared_error <= naive.squared_error
            and of_all.absolute_error <= naive.absolute_error, naive.method is null
        ) as is_no_worse_than_naive
    from methods
    left join of_all on methods.method = of_all.method
    left join of_all as naive on naive.method = 'naive'
    left join to_naive on methods.method = to_naive.method

),

with_least as (

    select
        *,
        min(case when is_no_worse_than_naive then error_to_naive end) over () as least_error
    from judged

),

chosen as (

    select
        method,
        customers_count,
        error_to_naive,
        bias,
        squared_error,
        absolute_error,
        is_no_worse_than_naive,
        row_number() over (
            order by
                case when is_no_worse_than_naive then 0 else 1 end,
                case when error_to_naive > {{ equal_error }} * least_error then error_to_naive else 0 end,
                coalesce(bias, squared_error),
                preference
        ) = 1 as is_chosen
    from with_least

)

select * from chosen
