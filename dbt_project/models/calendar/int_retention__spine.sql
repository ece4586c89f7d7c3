-- One row per customer and as_of_date: who is looked at on which morning.
-- Eligible is a customer with a purchase in the look-back, as it was known on that morning.
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
