-- One row per review, with the sentiment of its text. A table, because it calls ONNX.
with reviews as (

    select * from {{ ref('stg_retention__reviews') }}

),

sentiment_model as (

    select * from {{ ref('int_retention__sentiment_model') }}

),

review_sentiment as (

    select
        reviews.review_id,
        reviews.customer_id,
        reviews.product_id,
        reviews.reviewed_at,
        reviews.review_date,
        reviews.rating,
        reviews.loaded_at,
        round({{ sentiment('sentiment_model.model_version', clean_text('reviews.review_text')) }}, 6)
            as sentiment
    from reviews
    cross join sentiment_model

)

select * from review_sentiment
