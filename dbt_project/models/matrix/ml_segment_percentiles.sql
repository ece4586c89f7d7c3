-- One row per customer of today and of the test date: ranks of recency, frequency and spend on that morning.
-- Spend is ranked among the customers whose amounts are known; null where they are not.
-- Percent ranks (0 = lowest, 1 = highest) keep one giant customer from making a segment alone.
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
