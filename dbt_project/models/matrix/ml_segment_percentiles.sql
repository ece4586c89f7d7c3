-- One row per customer of the latest as_of_date or the test date: percentiles of recency, frequency and
-- spend.
-- Spend has percentiles among the customers whose amounts are known; null = not known. Percentiles (0 =
-- lowest, 1 = highest) prevent one giant customer from becoming a segment.
with features as (

    select * from {{ ref('ml_features') }}

),

ranked as (

    select
        customer_id,
        as_of_date,
        split,
        percent_rank() over (
            partition by as_of_date
            order by days_since_last_order desc
        ) as recency_percentile,
        percent_rank() over (
            partition by as_of_date
            order by orders_count_364d
        ) as frequency_percentile,
        case
            when spend_sum_364d is not null
                then percent_rank() over (
                    partition by as_of_date, spend_sum_364d is null
                    order by round(spend_sum_364d, 2)
                )
        end as monetary_percentile
    from features
    where split in ('test', 'score')

)

select * from ranked
