-- One row per customer and as_of_date: the days until the next order, if it came within the follow-up.
-- The follow-up is three horizons, or fewer where no training date is three horizons before the test date.
{% set most_horizons = 3 %}

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
        *,
        {{ days_between('as_of_date', 'label_window_end_date') }} as horizon_days -- noqa: LT05
    from {{ ref('int_retention__snapshots') }}

),

follow_up as (

    select
        {{ held_within(
            'floor(max(' ~ days_between('train_dates.as_of_date', 'test_dates.as_of_date') ~ ') '
            ~ '/ cast(max(train_dates.horizon_days) as double))', low=1, high=most_horizons
        ) }} as horizons
    from snapshots as train_dates
    inner join snapshots as test_dates on test_dates.as_of_date > train_dates.as_of_date
    where
        train_dates.split = 'train'
        and test_dates.split = 'test'

),

windows as (

    select
        snapshots.as_of_date,
        snapshots.split,
        cast(snapshots.horizon_days * coalesce(follow_up.horizons, 1) as integer) as follow_up_days,
        {{ days_from(
            'snapshots.as_of_date',
            'cast(snapshots.horizon_days * coalesce(follow_up.horizons, 1) as integer)'
        ) }} as follow_up_end_date
    from snapshots
    cross join follow_up

),

-- The newest date whose follow-up has passed, and that can be predicted from earlier ones: the interval is
-- judged on it.
judged_date as (

    select max(windows.as_of_date) as as_of_date
    from windows
    inner join windows as latest on windows.follow_up_end_date <= latest.as_of_date
    inner join windows as earlier on windows.as_of_date >= earlier.follow_up_end_date
    where latest.split = 'score'

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

followed as (

    select
        spine.customer_id,
        spine.as_of_date,
        windows.split,
        windows.follow_up_days,
        windows.follow_up_end_date,
        windows.split <> 'train' or coalesce(windows.as_of_date = judged_date.as_of_date, false)
            as is_predicted,
        features.absence_probability
    from spine
    inner join windows on spine.as_of_date = windows.as_of_date
    cross join judged_date
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
        followed.is_predicted,
        followed.absence_probability,
        next_orders.days_to_order
    from followed
    left join next_orders
        on
            followed.customer_id = next_orders.customer_id
            and followed.as_of_date = next_orders.as_of_date

)

select * from waits
