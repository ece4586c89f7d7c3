-- One row per accepted order line.
-- A line without a quantity has one piece. A line with returned_at and no returned_quantity came back whole.
-- Amounts are rounded, so that the last digits of a double do not make it a new amount.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_order_lines') }}
    where rejection_rule is null

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
