-- One row per order line; quantity defaults to one piece.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('order_lines') }}

),

cleaned as (

    select
        order_id,
        line_number,
        product_id,
        coalesce(quantity, 1) as quantity,
        net_amount,
        discount_amount,
        coupon_id,
        case
            when returned_at is not null then coalesce(returned_quantity, quantity, 1)
            else returned_quantity
        end as returned_quantity,
        returned_at
    from accepted

)

select * from cleaned
