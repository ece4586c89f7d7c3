-- One row per line of a receipt, as in the raw data, with flags for its known data problems.
with transactions as (

    select * from {{ raw_file('transactions') }}

),

products as (

    select * from {{ raw_file('products') }}

),

marked as (

    select
        transactions.*,
        products.product_id is null as is_unknown_product,
        transactions.quantity = 0 as is_without_quantity,
        coalesce(products.product_type like 'GASOLINE%', false) as is_fuel
    from transactions
    left join products on transactions.product_id = products.product_id

)

select * from marked
