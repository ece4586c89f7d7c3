-- One row per review, with the sentiment of its text. A table, because it calls ONNX.
with reviews as (

    select * from {{ ref('stg_retention__reviews') }}

),

sentiment_model as (

    select * from {{ ref('int_retention__sentiment_model') }}

),

rated as (

    {% call function_rows() %}
        select
            reviews.review_id,
            reviews.customer_id,
            reviews.product_id,
            reviews.reviewed_at,
            reviews.review_date,
            reviews.rating,
            reviews.loaded_at,
            {{ sentiment('sentiment_model.model_version', clean_text('reviews.review_text')) }} as sentiment
        from reviews
        cross join sentiment_model
    {% endcall %}

),

review_sentiment as (

    select
        review_id,
        customer_id,
        product_id,
        reviewed_at,
        review_date,
        rating,
        loaded_at,
        round(sentiment, 6) as sentiment
    from rated

)

select * from review_sentiment
