-- One row per customer who bought or is in the input customers. No e-mail, phone, birth year, gender or city.
with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

warnings as (

    select * from {{ ref('mart_early_warning') }}

),

segments as (

    select * from {{ ref('mart_customer_segments') }}

),

bought as (

    select
        purchases.customer_id,
        min(purchases.purchase_date) as first_order_date,
        max(purchases.purchase_date) as last_order_date,
        count(*) as orders_count
    from purchases
    inner join today
        on {{ known_at('purchases', 'today.as_of_date') }}
    group by purchases.customer_id

),

final as (

    select
        coalesce(bought.customer_id, customers.customer_id) as customer_id,
        cast(customers.signed_up_at as date) as signed_up_date,
        customers.acquisition_channel,
        customers.membership_tier,
        bought.first_order_date,
        bought.last_order_date,
        coalesce(bought.orders_count, 0) as orders_count,
        segments.segment_name,
        warnings.risk_tier,
        warnings.customer_id is not null as is_scored
    from bought
    full outer join customers on bought.customer_id = customers.customer_id
    left join warnings on coalesce(bought.customer_id, customers.customer_id) = warnings.customer_id
    left join segments on coalesce(bought.customer_id, customers.customer_id) = segments.customer_id

)

select * from final
