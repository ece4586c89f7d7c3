-- One row per order_status of accepted orders: how many orders have it, and does it count as a purchase?
with orders as (

    select * from {{ ref('stg_retention__orders') }}

),

statuses as (

    select
        order_status,
        not {{ is_void_order('order_status') }} as is_purchase,
        count(*) as orders_count
    from orders
    group by order_status

),

shares as (

    select
        *,
        cast(orders_count as double) / sum(orders_count) over () as orders_share
    from statuses

),

readiness as (

    select
        'order status' as subject_type,
        coalesce(order_status, '(none)') as subject,
        case when is_purchase then 'present' else 'excluded' end as status,
        orders_share as coverage_share,
        orders_count as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        orders_share as measured_value,
        cast(0 as double) as needed_value,
        case when not is_purchase then 'orders with this status do not count as purchases' end
            as what_it_costs,
        case
            when not is_purchase
                then
                    'nothing; if they are purchases, remove the status from void_order_statuses; '
                    || 'see docs/inputs.md'
        end as what_to_do
    from shares

)

select * from readiness
