-- One row per customer and as_of_date, today and on the test date: when the next order is expected, with an
-- 80 % interval.
-- By what customers alike did: those of earlier mornings whose P(no purchase in the horizon), by MBG/NBD,
-- fell into the same of thirty equal bins, and whose next three horizons had passed by then. The interval
-- leaves out the tenth who came soonest, and holds four fifths, as nearly as whole days allow.
{% set bins = 30 %}
{% set horizons = 3 %}

with features as (

    select
        customer_id,
        as_of_date,
        -- Rounded here, so that bins and their edges order customers alike.
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

came as (

    select
        followed.customer_id,
        followed.as_of_date,
        min({{ days_between('followed.as_of_date', 'purchases.purchase_date') }}) as days_to_order -- noqa: LT05
    from followed
    inner join purchases
        on
            followed.customer_id = purchases.customer_id
            and purchases.purchase_date >= followed.as_of_date
            and purchases.purchase_date < followed.follow_up_end_date
            and {{ is_kept('purchases') }}
    group by followed.customer_id, followed.as_of_date

),

asked as (

    select * from snapshots
    where split in ('test', 'score')

),

likes as (

    select
        asked.as_of_date,
        followed.absence_probability,
        coalesce(came.days_to_order, followed.follow_up_days) as days_to_order,
        ntile({{ bins }}) over (
            partition by asked.as_of_date
            order by followed.absence_probability, followed.customer_id, followed.as_of_date
        ) as bin
    from asked
    inner join followed on asked.as_of_date >= followed.follow_up_end_date
    left join came
        on
            followed.customer_id = came.customer_id
            and followed.as_of_date = came.as_of_date

),

edges as (

    select
        as_of_date,
        bin,
        case when bin = 1 then -1 else min(absence_probability) end as lowest_probability,
        coalesce(
            lead(min(absence_probability)) over (
                partition by as_of_date
                order by bin
            ), 2
        ) as next_probability
    from likes
    group by as_of_date, bin

),

days as (

    select
        as_of_date,
        bin,
        days_to_order,
        count(*) as customers_count
    from likes
    group by as_of_date, bin, days_to_order

),

shares as (

    select
        as_of_date,
        bin,
        days_to_order,
        cast(sum(customers_count) over (
            partition by as_of_date, bin
            order by days_to_order
        ) as double) / sum(customers_count) over (partition by as_of_date, bin) as share_until,
        cast(customers_count as double) / sum(customers_count) over (partition by as_of_date, bin)
            as share_on_day
    from days

),

starts as (

    select
        as_of_date,
        bin,
        min_by(days_to_order, (abs(share_until - share_on_day - 0.1), days_to_order)) as lower_days,
        min_by(share_until - share_on_day, (abs(share_until - share_on_day - 0.1), days_to_order))
            as share_before,
        min_by(days_to_order, (abs(share_until - share_on_day / 2 - 0.5), days_to_order)) as middle_days
    from shares
    group by as_of_date, bin

),

intervals as (

    select
        starts.as_of_date,
        starts.bin,
        starts.lower_days,
        starts.middle_days,
        min_by(
            shares.days_to_order,
            (abs(shares.share_until - starts.share_before - 0.8), shares.days_to_order)
        ) as upper_days
    from starts
    inner join shares
        on
            starts.as_of_date = shares.as_of_date
            and starts.bin = shares.bin
    group by starts.as_of_date, starts.bin, starts.lower_days, starts.middle_days

),

next_orders as (

    select
        followed.customer_id,
        followed.as_of_date,
        asked.split,
        {% for name, days in {
            'expected_next_order_date': 'middle_days',
            'next_order_from_date': 'lower_days',
            'next_order_until_date': 'upper_days'
        }.items() %}
            case
                when intervals.{{ days }} < followed.follow_up_days
                    then cast(
                        {{ days_from('followed.as_of_date', 'cast(intervals.' ~ days ~ ' as integer)') }}
                        as date
                    )
            end as {{ name }},
        {% endfor %}
        followed.follow_up_end_date
    from followed
    inner join asked on followed.as_of_date = asked.as_of_date
    left join edges
        on
            followed.as_of_date = edges.as_of_date
            and followed.absence_probability >= edges.lowest_probability
            and followed.absence_probability < edges.next_probability
    left join intervals
        on
            edges.as_of_date = intervals.as_of_date
            and edges.bin = intervals.bin

)

select * from next_orders
