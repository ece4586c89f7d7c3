-- One row per customer and as_of_date: how does the customer rate the shop, and do ratings fall?
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

reviews as (

    select * from {{ ref('int_retention__review_history') }}

),

ratings as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of_date
            order by reviewed_at desc, review_id desc
        ) as ratings_ago
    from reviews
    where rating is not null

),

rated as (

    select
        customer_id,
        as_of_date,
        max(rating) filter (where ratings_ago = 1) as rating_last_ever,
        count(*) filter (where days_ago <= 364) as ratings_count,
        {{ exact_sum('rating', condition='days_ago <= 364') }} as ratings_sum,
        {{ exact_sum('rating * days_ago', condition='days_ago <= 364', digits=38) }} as ratings_by_days_sum,
        sum(days_ago) filter (where days_ago <= 364) as days_sum,
        sum(days_ago * days_ago) filter (where days_ago <= 364) as days_squared_sum,
        count(*) filter (where days_ago <= 364 and rating <= {{ setting('low_rating') }})
            as low_ratings_count_364d
    from ratings
    group by customer_id, as_of_date

),

written as (

    select
        customer_id,
        as_of_date,
        cast(min(days_ago) as double) as days_since_last_review,
        count(*) filter (where days_ago <= 364) as reviews_count_364d,
        {{ exact_sum('sentiment', scale=6, condition='days_ago <= 364') }}
        / nullif(count(sentiment) filter (where days_ago <= 364), 0) as sentiment_avg_364d,
        {{ exact_sum('sentiment', scale=6, condition='days_ago <= 84') }}
        / nullif(count(sentiment) filter (where days_ago <= 84), 0) as sentiment_avg_84d
    from reviews
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(coalesce(written.reviews_count_364d, 0) as double) as reviews_count_364d,
        written.days_since_last_review,
        written.sentiment_avg_84d,
        written.sentiment_avg_364d,
        rated.ratings_sum / nullif(rated.ratings_count, 0) as rating_avg_364d,
        rated.rating_last_ever,
        cast(coalesce(rated.low_ratings_count_364d, 0) as double) as low_ratings_count_364d,
        {# Least squares over days ago, which run backwards, so the sign is changed. #}
        -28 * (rated.ratings_count * rated.ratings_by_days_sum - rated.days_sum * rated.ratings_sum)
        / nullif(
            cast(rated.ratings_count * rated.days_squared_sum - rated.days_sum * rated.days_sum as double), 0
        ) as rating_slope_364d
    from spine
    left join written
        on
            spine.customer_id = written.customer_id
            and spine.as_of_date = written.as_of_date
    left join rated
        on
            spine.customer_id = rated.customer_id
            and spine.as_of_date = rated.as_of_date

)

select * from final
