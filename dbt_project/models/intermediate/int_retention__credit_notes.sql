-- One row per credit note: a row of the input returns, with the first as_of_date on which it is known.
-- A credit for 0 pieces is a credit of an amount, without a product.
{{ config(materialized='view') }}

with returns as (

    select * from {{ ref('stg_retention__returns') }}

),

credit_notes as (

    select
        return_id,
        customer_id,
        returned_at,
        return_date,
        order_id,
        case when returned_quantity = 0 then null else product_id end as product_id,
        returned_quantity,
        returned_amount,
        {{ _seen_from('returned_at', 'loaded_at') }} as known_from_date
    from returns

)

select * from credit_notes
