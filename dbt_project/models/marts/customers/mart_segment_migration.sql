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
        cast(coalesce(moves.customers_count, 0) as bigint) as customers_count,
        cast(sum(coalesce(moves.customers_count, 0)) over (partition by origin.segment_number) as double)
            as from_customers_count
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

last_segment as (

    select max(segment_number) as segment_number from names

),

-- Totals of segments are known, so a lone hidden count would be the rest. Each is the corner of a rectangle
-- of hidden counts, with the last other origin and destination: then none follows from totals.
small as (

    select
        migration.from_segment_number,
        migration.to_segment_number,
        last_segment.segment_number - case
            when migration.from_segment_number = last_segment.segment_number then 1 else 0
        end as other_from_number,
        last_segment.segment_number - case
            when migration.to_segment_number = last_segment.segment_number then 1 else 0
        end as other_to_number
    from migration
    cross join last_segment
    where migration.customers_count < {{ setting('min_group_size') }}

),

hidden as (

    select distinct
        migration.from_segment_number,
        migration.to_segment_number
    from migration
    inner join small
        on
            migration.from_segment_number in (small.from_segment_number, small.other_from_number)
            and migration.to_segment_number in (small.to_segment_number, small.other_to_number)

),

shared as (

    select
        migration.from_as_of_date,
        migration.to_as_of_date,
        migration.from_segment_number,
        migration.from_segment_name,
        migration.to_segment_number,
        migration.to_segment_name,
        case when hidden.from_segment_number is null then migration.customers_count end as customers_count,
        case
            when hidden.from_segment_number is null
                then round(migration.customers_count / nullif(migration.from_customers_count, 0), 4)
        end as from_segment_share,
        case
            when migration.from_segment_number = 0 then 'arrived'
            when migration.to_segment_number = 0 then 'left'
            when migration.to_segment_number = migration.from_segment_number then 'stayed'
            when migration.to_segment_number < migration.from_segment_number then 'rose'
            else 'fell'
        end as move
    from migration
    left join hidden
        on
            migration.from_segment_number = hidden.from_segment_number
            and migration.to_segment_number = hidden.to_segment_number

)

select * from shared
