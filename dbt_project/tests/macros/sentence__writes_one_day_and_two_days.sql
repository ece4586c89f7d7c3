-- {column day|days} writes the first noun after a number that is printed as 1, else the second.
with orders as (

    select
        cast(0.9 as double) as days_count,
        cast(1 as double) as gap_days
    union all
    select
        cast(2 as double) as days_count,
        cast(11.06 as double) as gap_days

),

said as (

    select
        {{ sentence(
            'No order for {days_count day|days}; one every {gap_days:1 day|days}', 'orders'
        ) }} as words
    from orders

)

select * from said
where words not in (
    'No order for 1 day; one every 1.0 days',
    'No order for 2 days; one every 11.1 days'
)
