-- One row per review or survey answer.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_reviews') }}
    where rejection_rule is null

),

cleaned as (

    select
        review_id,
        customer_id,
        product_id,
        reviewed_at,
        cast(reviewed_at as date) as review_date,
        rating,
        review_text,
        loaded_at
    from accepted

)

select * from cleaned
