-- One row per product: products of the input contract. The file has no names; a product of several subclasses
-- gets the first one.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

products as (

    select
        product_id,
        product_id as product_name,
        min(product_subclass) as subcategory
    from transactions
    group by product_id

)

select * from products
