-- One row per product.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_products') }}
    where rejection_rule is null

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
