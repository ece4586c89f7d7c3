-- One row per review that the sentiment model learns from: known on the test date, with a text and a high or
-- low rating. Later reviews are left out, because they were not available on that date.
-- At most training_max_rows reviews, chosen by hash.
{% set buckets = 4096 %}
{% set max_rows = setting('training_max_rows') %}
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
        reviews.rating >= {{ setting('high_rating') }} as is_positive
    from reviews
    inner join newest_known
        on {{ seen_by('reviews.reviewed_at', 'reviews.loaded_at', 'newest_known.as_of_date') }}
    where
        reviews.rating >= {{ setting('high_rating') }}
        or reviews.rating <= {{ setting('low_rating') }}

),

with_text as (

    select * from rated
    where review_text is not null

),

sizes as (

    select cast(count(*) as double) as reviews_count
    from with_text

),

rated_reviews as (

    select with_text.*
    from with_text
    cross join sizes
    where
        {{ hash_bucket('with_text.review_id', buckets) }}
        < {{ buckets * max_rows }} / greatest(sizes.reviews_count, 1)

)

select * from rated_reviews
