-- One row per purchase: an order that was not cancelled and has at least one piece in it.
-- It carries the mornings between which it counts: known_from_date and undone_from_date.
with orders as (

    select * from {{ ref('stg_retention__orders') }}

),

order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

line_totals as (

    select
        order_id,
        {{ exact_sum('quantity') }} as pieces_count,
        {{ exact_sum('least(coalesce(returned_quantity, 0), quantity)', condition='quantity > 0') }}
            as returned_pieces_count,
        max(case when quantity > 0 then returned_at end) as last_returned_at,
        sum(case when quantity > 0 then 1 else 0 end) as products_count,
        count(case when quantity > 0 then coupon_id end) as coupons_count,
        {{ known_sum('net_amount', condition='quantity > 0') }} as net_amount,
        {{ exact_sum('discount_amount', condition='quantity > 0') }} as discount_amount
    from order_lines
    group by order_id

),

joined as (

    select
        orders.*,
        line_totals.pieces_count,
        line_totals.products_count,
        line_totals.coupons_count,
        line_totals.returned_pieces_count >= line_totals.pieces_count as is_sent_back,
        coalesce(line_totals.last_returned_at, orders.ordered_at) as sent_back_at,
        coalesce(orders.order_amount, line_totals.net_amount) as purchase_amount,
        coalesce(orders.discount_amount, line_totals.discount_amount, 0) as purchase_discount_amount
    from orders
    left join line_totals
        on orders.order_id = line_totals.order_id

),

purchases as (

    select
        customer_id,
        order_id,
        ordered_at,
        order_date as purchase_date,
        greatest(
            {{ first_morning_after('ordered_at') }},
            {{ first_morning_from('coalesce(loaded_at, ordered_at)') }}
        ) as known_from_date,
        case
            when is_sent_back then {{ first_morning_after('sent_back_at') }}
        end as undone_from_date,
        channel,
        pieces_count,
        products_count,
        coupons_count,
        purchase_amount,
        purchase_discount_amount as discount_amount
    from joined
    where
        not {{ is_void_order('order_status') }}
        and coalesce(pieces_count, 1) > 0

)

select * from purchases
{{ clustered_by(['customer_id', 'order_id']) }}
