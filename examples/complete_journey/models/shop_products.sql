-- One row per product: products of the input contract.
-- Products that were sold but are not in the product table get a row without a name.
with products as (

    select * from {{ raw_file('products') }}

),

transactions as (

    select * from {{ ref('shop_transactions') }}

),

unknown_products as (

    select distinct product_id
    from transactions
    where is_unknown_product

),

described as (

    select
        product_id,
        concat_ws(' ', product_type, package_size) as product_name,
        product_category as category,
        product_type as subcategory,
        brand
    from products
    union all
    select
        product_id,
        cast(null as {{ dbt.type_string() }}) as product_name,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as subcategory,
        cast(null as {{ dbt.type_string() }}) as brand
    from unknown_products

)

select * from described
