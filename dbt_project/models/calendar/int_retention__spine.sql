-- One row per eligible customer and as_of_date.
-- A customer is eligible with a purchase in the look-back, as known on the as_of_date.
with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

eligible as (

    select distinct
        purchases.customer_id,
        snapshots.as_of_date,
        snapshots.split,
        snapshots.label_window_end_date
    from snapshots
    inner join purchases
        on
            purchases.purchase_date >= {{ days_from('snapshots.as_of_date', -setting('lookback_days')) }}
            and {{ known_at('purchases', 'snapshots.as_of_date') }}

)

select * from eligible
{{ clustered_by(['as_of_date', 'customer_id']) }}
