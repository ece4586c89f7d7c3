-- One row per review with a text and a high or a low rating, known on the test date: what sentiment learns
-- from. Reviews of later mornings are left out, so that the test date meets texts the model has not seen.
with reviews as (

    select * from {{ ref('stg_retention__reviews') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

newest_known as (

    select coalesce(max(case when split = 'test' then as_of_date end), max(as_of_date)) as as_of_date
    from snapshots

),

rated as (

    select
        reviews.review_id,
        {{ clean_text('reviews.review_text') }} as review_text,
        reviews.rating >= {{ var('high_rating') }} as is_positive
    from reviews
    inner join newest_known
        on {{ seen_by('reviews.reviewed_at', 'reviews.loaded_at', 'newest_known.as_of_date') }}
    where
        reviews.rating >= {{ var('high_rating') }}
        or reviews.rating <= {{ var('low_rating') }}

),

rated_reviews as (

    select * from rated
    where review_text is not null

)

select * from rated_reviews
