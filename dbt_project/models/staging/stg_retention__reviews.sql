-- One row per review or survey answer.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('reviews') }}

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
