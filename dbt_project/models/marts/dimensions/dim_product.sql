-- One row per product that is in the input products or in a purchase.
with products as (

    select * from {{ ref('stg_retention__products') }}

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

bought as (

    select distinct product_id
    from purchase_lines

),

final as (

    select
        coalesce(products.product_id, bought.product_id) as product_id,
        coalesce(products.product_name, products.product_id, bought.product_id) as product_name,
        products.category,
        products.subcategory,
        products.brand
    from products
    full outer join bought on products.product_id = bought.product_id

)

select * from final
