-- One row per customer and day with a purchase, known on the latest as_of_date: the timeline of a customer.
with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

daily as (

    select
        purchases.customer_id,
        today.as_of_date,
        purchases.purchase_date,
        count(*) as orders_count,
        {{ rounded(known_sum('purchases.purchase_amount'), 2) }} as spend_amount
    from purchases
    inner join today on {{ known_at('purchases', 'today.as_of_date') }}
    group by purchases.customer_id, today.as_of_date, purchases.purchase_date

)

select * from daily
