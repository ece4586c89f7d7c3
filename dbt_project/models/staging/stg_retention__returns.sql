-- One row per line of a credit note: a returned product, or a credited amount.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_returns') }}
    where rejection_rule is null

),

cleaned as (

    select
        return_id,
        customer_id,
        returned_at,
        cast(returned_at as date) as return_date,
        product_id,
        order_id,
        returned_quantity,
        {{ rounded_amount('returned_amount') }} as returned_amount,
        loaded_at
    from accepted

)

select * from cleaned
