-- One row per customer on the latest as_of_date: which segment, and the percentiles that decide it.
with scores as (

    select * from {{ ref('ml_segment_scores') }}

),

features as (

    select * from {{ ref('ml_features') }}

),

names as (

    select * from {{ ref('ml_segment_names') }}

),

segmented as (

    select
        scores.customer_id,
        scores.as_of_date,
        scores.segment_number,
        names.segment_name,
        round(scores.recency_percentile, 4) as recency_percentile,
        round(scores.frequency_percentile, 4) as frequency_percentile,
        round(scores.monetary_percentile, 4) as monetary_percentile,
        cast(features.days_since_last_order as integer) as days_since_last_order,
        cast(features.orders_count_364d as integer) as orders_count_364d,
        round(features.spend_sum_364d, 2) as spend_amount_364d,
        scores.model_version
    from scores
    inner join features
        on
            scores.customer_id = features.customer_id
            and scores.as_of_date = features.as_of_date
    inner join names on scores.segment_number = names.segment_number

)

select * from segmented
