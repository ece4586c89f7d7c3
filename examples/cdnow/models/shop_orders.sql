-- One row per customer and day: orders of the input contract. The file has no order numbers, so all purchases
-- of a customer on one day are one order.
with lines_of_text as (

    select regexp_split_to_array(trim(line), '\s+') as fields
    from read_csv(
        getvariable('cdnow') || '/datasets/CDNOW_master.txt',
        delim = '|', header = false, skip = 1, columns = { 'line': 'varchar' }
    )

),

transactions as (

    select
        cast(fields[1] as integer) as customer_id,
        cast(strptime(fields[2], '%Y%m%d') as date) as ordered_at,
        cast(fields[3] as integer) as quantity,
        cast(fields[4] as decimal(18, 2)) as amount
    from lines_of_text

),

orders as (

    select
        customer_id || '-' || ordered_at as order_id,
        customer_id,
        ordered_at,
        sum(amount) as order_amount
    from transactions
    where quantity > 0
    group by customer_id, ordered_at

)

select * from orders
