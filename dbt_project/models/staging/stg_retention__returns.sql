-- One row per returned product, or per amount that was credited.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('returns') }}

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
