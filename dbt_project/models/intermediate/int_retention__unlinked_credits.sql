-- One row per customer, product, return date and known_from_date: an amount that was credited, and for which no
-- purchase was found. It was bought before the history begins, or credited at a higher price than it was paid.
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
