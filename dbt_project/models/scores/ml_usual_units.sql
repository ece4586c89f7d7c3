-- noqa: disable=LT05
-- One row per split (test, score), scored customer and product bought in the look-back: the units that the
-- customer usually buys within the churn horizon.
-- Usual = the units of the look-back per day, times the horizon. A customer known for less than the look-back
-- is measured over the days known, but over one horizon at least.
{{ config(materialized='view') }}

with snapshots as (

    select
        as_of_date,
        split,
        {{ days_between('as_of_date', 'label_window_end_date') }} as horizon_days
    from {{ ref('int_retention__snapshots') }}
    where split in ('test', 'score')

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

scores as (

    select * from {{ ref('ml_churn_scores') }}

),

known_lines as (

    select
        snapshots.split,
        snapshots.as_of_date,
        snapshots.horizon_days,
        purchase_lines.customer_id,
        purchase_lines.product_id,
        purchase_lines.pieces_count,
        {{ days_between('purchase_lines.purchase_date', 'snapshots.as_of_date') }} as days_ago
    from snapshots
    inner join purchase_lines on {{ known_at('purchase_lines', 'snapshots.as_of_date') }}

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
        scores.churn_probability,
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
    inner join scores
        on
            lookback_units.customer_id = scores.customer_id
            and lookback_units.as_of_date = scores.as_of_date
            and lookback_units.split = scores.split

)

select * from usual
