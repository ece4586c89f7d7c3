-- One row per customer and as_of_date: tickets, complaints, returns and cancelled orders.
-- Cancelled orders count by order date, because a status has no date.
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

tickets as (

    select * from {{ ref('int_retention__ticket_history') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

returns as (

    select * from {{ ref('int_retention__return_history') }}

),

void_orders as (

    select * from {{ ref('int_retention__void_order_history') }}

),

asked as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where days_ago <= 84) as tickets_count_84d,
        count(*) filter (where days_ago <= 364) as tickets_count_364d,
        count(*) filter (where days_ago <= 364 and ticket_type = 'complaint') as complaints_count_364d,
        count(*) filter (where is_open) as open_tickets_count_ever,
        cast(sum(days_to_close) filter (where days_ago <= 364) as double)
        / nullif(count(days_to_close) filter (where days_ago <= 364), 0) as days_to_close_avg_364d,
        {{ exact_sum('satisfaction', condition='days_ago <= 364') }}
        / nullif(count(satisfaction) filter (where days_ago <= 364), 0) as satisfaction_avg_364d,
        cast(min(days_ago) filter (where ticket_type = 'complaint') as double) as days_since_last_complaint
    from tickets
    group by customer_id, as_of_date

),

bought as (

    select
        customer_id,
        as_of_date,
        count(*) as orders_count,
        {{ exact_sum('pieces_count') }} as pieces_count
    from orders
    where days_ago <= 364
    group by customer_id, as_of_date

),

returned as (

    select
        customer_id,
        as_of_date,
        {{ exact_sum('returned_pieces_count') }} as returned_pieces_count,
        {{ exact_sum('pieces_count', condition='is_undone') }} as undone_pieces_count
    from returns
    where days_ago <= 364
    group by customer_id, as_of_date

),

voided as (

    select
        customer_id,
        as_of_date,
        count(*) as void_orders_count
    from void_orders
    where days_ago <= 364
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(coalesce(asked.tickets_count_84d, 0) as double) as tickets_count_84d,
        cast(coalesce(asked.tickets_count_364d, 0) as double) as tickets_count_364d,
        cast(coalesce(asked.complaints_count_364d, 0) as double) as complaints_count_364d,
        cast(coalesce(asked.open_tickets_count_ever, 0) as double) as open_tickets_count_ever,
        cast(coalesce(asked.complaints_count_364d, 0) as double) / nullif(bought.orders_count, 0)
            as complaints_per_order_364d,
        asked.days_to_close_avg_364d,
        asked.satisfaction_avg_364d,
        asked.days_since_last_complaint,
        {# Purchases returned completely are no longer among the orders: their pieces are added. #}
        coalesce(returned.returned_pieces_count, 0)
        / nullif(coalesce(bought.pieces_count, 0) + coalesce(returned.undone_pieces_count, 0), 0)
            as returned_pieces_share_364d,
        cast(coalesce(voided.void_orders_count, 0) as double)
        / nullif(coalesce(voided.void_orders_count, 0) + coalesce(bought.orders_count, 0), 0)
            as cancelled_orders_share_364d
    from spine
    left join asked
        on
            spine.customer_id = asked.customer_id
            and spine.as_of_date = asked.as_of_date
    left join bought
        on
            spine.customer_id = bought.customer_id
            and spine.as_of_date = bought.as_of_date
    left join returned
        on
            spine.customer_id = returned.customer_id
            and spine.as_of_date = returned.as_of_date
    left join voided
        on
            spine.customer_id = voided.customer_id
            and spine.as_of_date = voided.as_of_date

)

select * from final
