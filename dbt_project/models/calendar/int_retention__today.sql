-- One row per shop: the latest as_of_date, and how much history there is before it.
with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

span as (

    select
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date
    from purchases

),

today as (

    select
        coalesce({{ day_setting('as_of_date') }}, {{ days_from('last_purchase_date', 1) }}) as as_of_date,
        first_purchase_date
    from span

),

buyers as (

    select cast(count(distinct purchases.customer_id) as integer) as buyers_count
    from purchases
    inner join today
        on {{ known_at('purchases', 'today.as_of_date') }}

),

counted as (

    select
        today.as_of_date,
        today.first_purchase_date,
        cast(
            greatest(
                coalesce({{ days_between('today.first_purchase_date', 'today.as_of_date') }}, 0), 0
            ) as integer
        ) as history_days,
        buyers.buyers_count
    from today
    cross join buyers

)

select * from counted
