-- One row per customer of the latest as_of_date: the input of the segment model.
with ranks as (

    select * from {{ ref('ml_segment_percentiles') }}

),

of_today as (

    select
        customer_id,
        as_of_date,
        recency_percentile,
        frequency_percentile,
        monetary_percentile
    from ranks
    where split = 'score'

)

select * from of_today
