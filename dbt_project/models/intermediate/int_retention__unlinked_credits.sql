-- One row per customer, product, return date and known_from_date: a credit for which no purchase was found.
-- It was bought before the history begins, or more was credited than was paid.
{{ config(materialized='view') }}

with returns as (

    select * from {{ ref('int_retention__returns') }}

),

unlinked_credits as (

    select
        customer_id,
        product_id,
        return_date,
        known_from_date,
        returned_amount as credited_amount
    from returns
    where order_id is null

)

select * from unlinked_credits
