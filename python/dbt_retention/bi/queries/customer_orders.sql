-- One row per day with orders of the customer $customer. gap_days: days since the day with orders before it.
select
    purchase_date,
    orders_count,
    spend_amount,
    date_diff('day', lag(purchase_date) over (order by purchase_date), purchase_date) as gap_days
from mart_customer_orders
where cast(customer_id as varchar) = $customer
order by purchase_date
