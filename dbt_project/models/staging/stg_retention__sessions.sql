-- One row per visit to the shop.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('sessions') }}

),

cleaned as (

    select
        session_id,
        customer_id,
        started_at,
        cast(started_at as date) as session_date,
        duration_seconds,
        page_views as page_views_count,
        product_views as product_views_count,
        cart_adds as cart_adds_count,
        searches as searches_count,
        lower(traffic_source) as traffic_source,
        loaded_at
    from accepted

)

select * from cleaned
