-- noqa: disable=LT05
-- One row per split (choice, test, score), customer and product bought in the look-back: the units that the
-- customer usually buys within the churn horizon. Of test and score dates, for scored customers.
-- Usual = the units of the look-back per day, times the horizon. A customer known for less than the look-back
-- is measured over the days known, but over one horizon at least. No champion scored the choice date: its
-- churn probability is the churned share of the newest date whose label window had closed, 0 without one.
{{ config(materialized='view') }}

with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

dates as (

    {{ demand_dates('snapshots') | indent(4) }}

),

labels as (

    select
        as_of_date,
        avg(cast(is_churned as integer)) as churned_share
    from {{ ref('int_retention__labels') }}
    group by as_of_date

),

known_shares as (

    select
        dates.split,
        max_by(labels.churned_share, labels.as_of_date) as churned_share
    from dates
    inner join labels on labels.as_of_date <= {{ days_from('dates.as_of_date', '-dates.horizon_days') }}
    where dates.split = 'choice'
    group by dates.split

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

known_lines as (

    select
        dates.split,
        dates.as_of_date,
        dates.horizon_days,
        purchase_lines.customer_id,
        purchase_lines.product_id,
        purchase_lines.pieces_count,
        {{ days_between('purchase_lines.purchase_date', 'dates.as_of_date') }} as days_ago
    from dates
    inner join purchase_lines on {{ known_at('purchase_lines', 'dates.as_of_date') }}

),

known_customers as (

    select
        split,
        customer_id,
        max(days_ago) as days_known
    from known_lines
    group by split, customer_id

),

lookback_units as (

    select
        split,
        as_of_date,
        horizon_days,
        customer_id,
        product_id,
        {{ exact_sum('pieces_count') }} as pieces_count
    from known_lines
    where days_ago <= {{ setting('lookback_days') }}
    group by split, as_of_date, horizon_days, customer_id, product_id

),

usual as (

    select
        lookback_units.split,
        lookback_units.as_of_date,
        lookback_units.customer_id,
        lookback_units.product_id,
        case
            when lookback_units.split = 'choice' then coalesce(known_shares.churned_share, 0)
            else scores.churn_probability
        end as churn_probability,
        lookback_units.pieces_count * lookback_units.horizon_days / cast(
            greatest(
                least({{ setting('lookback_days') }}, known_customers.days_known), lookback_units.horizon_days
            ) as double
        ) as usual_units
    from lookback_units
    inner join known_customers
        on
            lookback_units.split = known_customers.split
            and lookback_units.customer_id = known_customers.customer_id
    left join known_shares on lookback_units.split = known_shares.split
    left join scores
        on
            lookback_units.customer_id = scores.customer_id
            and lookback_units.as_of_date = scores.as_of_date
            and lookback_units.split = scores.split
    where
        lookback_units.split = 'choice'
        or scores.customer_id is not null

)

select * from usual
