-- One row per pair of segments: how many customers moved from the one to the other since the test date?
-- Segment 0, None, holds customers without a purchase in the look-back on that date.
with past as (

    select * from {{ ref('ml_past_segment_scores') }}

),

today as (

    select * from {{ ref('ml_segment_scores') }}

),

names as (

    select * from {{ ref('ml_segment_names') }}

),

dates as (

    select
        (select max(as_of_date) from past) as from_as_of_date,
        (select max(as_of_date) from today) as to_as_of_date

),

segments as (

    select
        segment_number,
        segment_name
    from names
    union all
    select
        0 as segment_number,
        'None' as segment_name

),

moves as (

    select
        coalesce(past.segment_number, 0) as from_segment_number,
        coalesce(today.segment_number, 0) as to_segment_number,
        count(*) as customers_count
    from past
    full outer join today on past.customer_id = today.customer_id
    group by coalesce(past.segment_number, 0), coalesce(today.segment_number, 0)

),

migration as (

    select
        dates.from_as_of_date,
        dates.to_as_of_date,
        cast(origin.segment_number as bigint) as from_segment_number,
        origin.segment_name as from_segment_name,
        cast(destination.segment_number as bigint) as to_segment_number,
        destination.segment_name as to_segment_name,
        cast(coalesce(moves.customers_count, 0) as bigint) as customers_count
    from segments as origin
    cross join segments as destination
    cross join dates
    left join moves
        on
            origin.segment_number = moves.from_segment_number
            and destination.segment_number = moves.to_segment_number
    where
        dates.from_as_of_date is not null
        and origin.segment_number + destination.segment_number > 0

),

shared as (

    select
        from_as_of_date,
        to_as_of_date,
        from_segment_number,
        from_segment_name,
        to_segment_number,
        to_segment_name,
        {{ hide_small_group('customers_count', 'customers_count') }} as customers_count,
        {{ hide_small_group(
            'round(
                customers_count / nullif(
                    cast(sum(customers_count) over (partition by from_segment_number) as double), 0
                ), 4
            )', 'customers_count'
        ) }} as from_segment_share,
        case
            when from_segment_number = 0 then 'arrived'
            when to_segment_number = 0 then 'left'
            when to_segment_number = from_segment_number then 'stayed'
            when to_segment_number < from_segment_number then 'rose'
            else 'fell'
        end as move
    from migration

)

select * from shared
