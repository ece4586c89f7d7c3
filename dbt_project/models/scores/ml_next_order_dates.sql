-- One row per customer and as_of_date (latest, test, judged): if the customer orders again, when?
-- Taken from similar customers who ordered within the follow-up of earlier dates, once it had passed: their
-- P(no purchase in the horizon), by MBG/NBD, is in the same of up to thirty equal bins, of a hundred or more.
-- The interval leaves out the tenth with the shortest waits and holds four fifths, as nearly as whole days
-- allow. If the season is used, waits are shorter where the purchase rate is higher than it was then: by the
-- ratio to the power of season_share, because a wait runs on beyond the label window of the index.
{% set most_bins, least_rows, season_share = 30, 100, 0.7 %}
{% set ratio = 'case when season.is_used then season.season_index / predicted_dates.expected_index end' %}
{% set days_now = 'cast(round(waits.days_to_order * power(coalesce(' ~ ratio ~ ', 1), ' ~ season_share
    ~ ')) as integer)' %}

with waits as (

    select * from {{ ref('ml_next_order_waits') }}

),

season as (

    select * from {{ ref('int_retention__season') }}

),

predicted_dates as (

    select distinct
        waits.as_of_date,
        season.expected_index
    from waits
    inner join season on waits.as_of_date = season.as_of_date
    where waits.is_predicted

),

similar_waits as (

    select
        predicted_dates.as_of_date,
        waits.absence_probability,
        {{ held_within(days_now, high='waits.follow_up_days - 1') }} as days_to_order,
        1 + cast(floor(
            (row_number() over (
                partition by predicted_dates.as_of_date
                order by waits.absence_probability, waits.customer_id, waits.as_of_date
            ) - 1)
            * greatest(least(floor(count(*) over places / {{ least_rows }}.0), {{ most_bins }}), 1)
            / count(*) over places
        ) as integer) as bin
    from predicted_dates
    inner join waits on predicted_dates.as_of_date >= waits.follow_up_end_date
    inner join season on waits.as_of_date = season.as_of_date
    window places as (partition by predicted_dates.as_of_date)

),

edges as (

    select
        as_of_date,
        bin,
        case when bin = 1 then -1 else min(absence_probability) end as lowest_probability,
        coalesce(
            lead(min(absence_probability)) over (partition by as_of_date order by bin), 2
        ) as next_probability,
        cast(count(days_to_order) as double) / count(*) as order_share
    from similar_waits
    group by as_of_date, bin

),

shares as (

    select
        as_of_date,
        bin,
        days_to_order,
        cast(sum(count(*)) over (partition by as_of_date, bin order by days_to_order) as double)
        / sum(count(*)) over (partition by as_of_date, bin) as share_until,
        cast(count(*) as double) / sum(count(*)) over (partition by as_of_date, bin) as share_on_day
    from similar_waits
    where days_to_order is not null
    group by as_of_date, bin, days_to_order

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
        cast(starts.lower_days as integer) as lower_days,
        cast(starts.middle_days as integer) as middle_days,
        cast(
            min_by(
                shares.days_to_order,
                (abs(shares.share_until - starts.share_before - 0.8), shares.days_to_order)
            ) as integer
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
        waits.customer_id,
        waits.as_of_date,
        waits.split,
        case
            when edges.order_share >= 0.5
                then {{ days_from('waits.as_of_date', 'intervals.middle_days') }}
        end as expected_next_order_date,
        {{ days_from('waits.as_of_date', 'intervals.lower_days') }} as next_order_from_date,
        {{ days_from('waits.as_of_date', 'intervals.upper_days') }} as next_order_until_date,
        round(edges.order_share, 4) as order_share,
        waits.follow_up_end_date
    from waits
    inner join predicted_dates on waits.as_of_date = predicted_dates.as_of_date
    left join edges
        on
            waits.as_of_date = edges.as_of_date
            and waits.absence_probability >= edges.lowest_probability
            and waits.absence_probability < edges.next_probability
    left join intervals
        on
            edges.as_of_date = intervals.as_of_date
            and edges.bin = intervals.bin

)

select * from next_orders
