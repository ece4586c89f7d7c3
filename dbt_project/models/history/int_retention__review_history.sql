-- One row per customer, as_of_date and review known on as_of_date. Feature families read reviews from here.
-- The rule of time (macro seen_by) is applied here, so a family cannot read later data.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

reviews as (

    select * from {{ ref('int_retention__review_sentiment') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        reviews.review_id,
        reviews.product_id,
        reviews.reviewed_at,
        reviews.review_date,
        {{ days_between('reviews.review_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        reviews.rating,
        reviews.sentiment
    from spine
    inner join reviews
        on
            spine.customer_id = reviews.customer_id
            and {{ seen_by('reviews.reviewed_at', 'reviews.loaded_at', 'spine.as_of_date') }}

)

select * from history
