-- One row per customer and as_of_date: the days until the next order, if it came within three horizons.
{% set horizons = 3 %}

with features as (

    select
        customer_id,
        as_of_date,
        -- Rounded, so that ml_next_order_intervals and ml_next_order_dates sort customers alike.
        round(no_purchase_probability_mbg_nbd_horizon, 9) as absence_probability
    from {{ ref('ml_features') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}

),

snapshots as (

    select
        as_of_date,
        split,
        {{ days_between('as_of_date', 'label_window_end_date') }} -- noqa: LT05
        * {{ horizons }} as follow_up_days
    from {{ ref('int_retention__snapshots') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

followed as (

    select
        spine.customer_id,
        spine.as_of_date,
        snapshots.split,
        snapshots.follow_up_days,
        {{ days_from('spine.as_of_date', 'snapshots.follow_up_days') }} as follow_up_end_date,
        features.absence_probability
    from spine
    inner join snapshots on spine.as_of_date = snapshots.as_of_date
    inner join features
        on
            spine.customer_id = features.customer_id
            and spine.as_of_date = features.as_of_date

),

next_orders as (

    select
        followed.customer_id,
        followed.as_of_date,
        min({{ days_between('followed.as_of_date', 'purchases.purchase_date') }}) -- noqa: LT05
            as days_to_order
    from followed
    inner join purchases
        on
            followed.customer_id = purchases.customer_id
            and purchases.purchase_date >= followed.as_of_date
            and purchases.purchase_date < followed.follow_up_end_date
            and {{ is_kept('purchases') }}
    group by followed.customer_id, followed.as_of_date

),

waits as (

    select
        followed.customer_id,
        followed.as_of_date,
        followed.split,
        followed.follow_up_days,
        followed.follow_up_end_date,
        followed.absence_probability,
        next_orders.days_to_order
    from followed
    left join next_orders
        on
            followed.customer_id = next_orders.customer_id
            and followed.as_of_date = next_orders.as_of_date

)

select * from waits
