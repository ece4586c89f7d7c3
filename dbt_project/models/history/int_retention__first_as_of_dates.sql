-- One row per day on which purchases become known or undone: the first as_of_date that sees it.
-- With it a purchase is counted once, for that as_of_date, and the counts are summed over the dates.
{{ config(materialized='table') }}

with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

days as (

    select known_from_date as seen_from_date from purchases
    union
    select undone_from_date as seen_from_date from purchases

),

first_as_of_dates as (

    select
        days.seen_from_date,
        min(snapshots.as_of_date) as as_of_date
    from days
    inner join snapshots on days.seen_from_date <= snapshots.as_of_date
    group by days.seen_from_date

)

select * from first_as_of_dates
