-- One row per session: a visit to the shop's site or app.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_sessions') }}
    where rejection_rule is null

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
