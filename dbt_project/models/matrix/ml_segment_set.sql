-- One row per customer of today: what segments are formed by.
with ranks as (

    select * from {{ ref('ml_segment_ranks') }}

),

of_today as (

    select
        customer_id,
        as_of_date,
        recency_rank,
        frequency_rank,
        monetary_rank
    from ranks
    where split = 'score'

)

select * from of_today
