-- One row per order line; quantity defaults to one piece. Lines of no accepted order are rejected.
-- Amounts are rounded, so that a sum of doubles that moves in its last digits is no new row.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with orders as (

    select
        order_id,
        1 as is_accepted
    from {{ ref('stg_retention__orders') }}

),

accepted as (

    {{ accepted_rows('order_lines', parents={'order_id': 'orders'}) }}

),

cleaned as (

    select
        order_id,
        line_number,
        product_id,
        coalesce(quantity, 1) as quantity,
        {{ rounded_amount('net_amount') }} as net_amount,
        {{ rounded_amount('discount_amount') }} as discount_amount,
        coupon_id,
        case
            when returned_at is not null then coalesce(returned_quantity, quantity, 1)
            else returned_quantity
        end as returned_quantity,
        returned_at
    from accepted

)

select * from cleaned
