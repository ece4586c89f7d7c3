-- {column} is the row's number, {average.column:1} that of the relation average, with one decimal.
with orders as (

    select cast(2 as double) as orders_count

),

average as (

    select cast(7.25 as double) as orders_count

),

said as (

    select {{ sentence('Orders: {orders_count} (average: {average.orders_count:1})', 'orders') }} as words
    from orders
    cross join average

)

select * from said
where words <> 'Orders: 2 (average: 7.3)'
