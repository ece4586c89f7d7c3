-- One row per customer: customers of the input contract. The city is the area of the postal code; what the
-- file calls Others and Unknown are areas too.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

customers as (

    select
        customer_id,
        min(postal_area) as city
    from transactions
    group by customer_id

)

select * from customers
