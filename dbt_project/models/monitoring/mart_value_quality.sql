-- One row per method and group of customers on the test date: does the expected spend match the actual one?
-- Groups are deciles of expected spend (decile 0 = all customers) and bands of the number of orders.
with candidates as (

    select * from {{ ref('ml_value_candidates') }}

),

methods as (

    select * from {{ ref('ml_value_methods') }}

),

labels as (

    select * from {{ ref('int_retention__definition_labels') }}
    where split = 'test'

),

compared as (

    select
        candidates.method,
        candidates.orders_band,
        labels.as_of_date,
        labels.customer_id,
        candidates.value_horizon as expected_value,
        labels.spend_in_horizon_amount as actual_value
    from labels
    inner join candidates
        on
            labels.customer_id = candidates.customer_id
            and labels.as_of_date = candidates.as_of_date
    where
        candidates.value_horizon is not null
        and labels.spend_in_horizon_amount is not null

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

grouped as (

    select
        method,
        decile,
        'all' as orders_band,
        as_of_date,
        expected_value,
        actual_value
    from deciles
    union all
    select
        method,
        0 as decile,
        'all' as orders_band,
        as_of_date,
        expected_value,
        actual_value
    from compared
    union all
    select
        method,
        null as decile,
        orders_band,
        as_of_date,
        expected_value,
        actual_value
    from compared

),

quality as (

    select
        grouped.method,
        methods.is_chosen,
        cast(grouped.decile as integer) as decile,
        grouped.orders_band,
        grouped.as_of_date,
        cast(count(*) as integer) as customers_count,
        round({{ exact_sum('grouped.expected_value') }} / count(*), 2) as expected_value_avg,
        round({{ exact_sum('grouped.actual_value') }} / count(*), 2) as actual_value_avg,
        round({{ exact_sum('grouped.expected_value - grouped.actual_value') }} / count(*), 2) as bias_avg,
        round({{ exact_sum('abs(grouped.expected_value - grouped.actual_value)') }} / count(*), 2)
            as absolute_error_avg,
        round(
            sqrt(
                {{ exact_sum(
                    '(grouped.expected_value - grouped.actual_value)'
                    ~ ' * (grouped.expected_value - grouped.actual_value)', digits=38
                ) }} / count(*)
            ), 2
        ) as root_mean_squared_error,
        {{ is_shown_group(
            'count(*)', ['grouped.method', 'grouped.as_of_date', "grouped.orders_band = 'all'"],
            'grouped.orders_band'
        ) }} as is_shown
    from grouped
    inner join methods on grouped.method = methods.method
    group by grouped.method, methods.is_chosen, grouped.decile, grouped.orders_band, grouped.as_of_date

),

shown as (

    select
        method,
        is_chosen,
        decile,
        orders_band,
        as_of_date,
        customers_count,
        expected_value_avg,
        actual_value_avg,
        bias_avg,
        absolute_error_avg,
        root_mean_squared_error
    from quality
    where orders_band = 'all' or is_shown

)

select * from shown
