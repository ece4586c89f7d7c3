-- One row per product.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('products') }}

),

cleaned as (

    select
        product_id,
        product_name,
        category,
        subcategory,
        brand,
        unit_cost,
        stock_on_hand as stock_on_hand_count
    from accepted

)

select * from cleaned
