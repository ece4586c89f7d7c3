-- One row per customer and decision date: the date of each campaign assignment, and today. With the windows
-- before it: as many days as an effect is measured in, and the look-back.
{% set window_days = effect_window_days('horizon') %}

with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}
    where split = 'score'

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

decisions as (

    select
        customer_id,
        assigned_date as as_of_date
    from assignments
    union
    select
        customer_id,
        as_of_date
    from spine

),

dated as (

    select
        decisions.customer_id,
        decisions.as_of_date,
        {{ window_days }} as window_days,
        {{ days_from('decisions.as_of_date', '-' ~ window_days) }} as window_start_date,
        {{ days_from('decisions.as_of_date', -setting('lookback_days')) }} as lookback_start_date
    from decisions
    cross join horizon

)

select * from dated
