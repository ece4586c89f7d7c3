-- One row: how many days a label window lasts, in churn_horizon_days.
-- The var of that name says how many, or says auto. Then it is a silence that few gaps between purchases
-- reach: the quantile auto_horizon_gap_quantile of the days between a customer's consecutive purchase
-- days, rounded up to whole weeks and kept within auto_horizon_min_days and auto_horizon_max_days.
-- Without a gap, the latter. No gap may come from beyond the test date. That date depends on the horizon
-- in turn, so purchases count as they were known on the test date of the longest horizon allowed, which
-- is never later; or on the var test_date.
{% set given_days = setting('churn_horizon_days') %}
{% set quantile = setting('auto_horizon_gap_quantile') %}
{% set min_days = setting('auto_horizon_min_days') %}
{% set max_days = setting('auto_horizon_max_days') %}
{% set week_days = 7 %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

known as (

    select
        coalesce(
            {{ day_setting('test_date') }},
            {{ on_grid(days_from('as_of_date', -max_days)) }}
        ) as gaps_known_date
    from today

),

purchase_days as (

    select distinct
        purchases.customer_id,
        purchases.purchase_date
    from purchases
    inner join known
        on {{ known_at('purchases', 'known.gaps_known_date') }}

),

with_previous as (

    select
        customer_id,
        purchase_date,
        lag(purchase_date) over (
            partition by customer_id
            order by purchase_date
        ) as previous_purchase_date
    from purchase_days

),

gaps as (

    select
        {{ days_between('previous_purchase_date', 'purchase_date') }} as gap_days -- noqa: LT05
    from with_previous
    where previous_purchase_date is not null

),

measured as (

    select
        cast(count(*) as integer) as gaps_count,
        percentile_cont({{ quantile }}) within group (order by gap_days) as gap_days_quantile
    from gaps

),

bounded as (

    select
        gaps_count,
        cast(gap_days_quantile as double) as gap_days_quantile,
        cast(
            case
                when gaps_count = 0 then {{ max_days }}
                else least(
                    greatest(
                        {{ week_days }} * ceil(round(gap_days_quantile, 6) / {{ week_days }}),
                        {{ min_days }}
                    ),
                    {{ max_days }}
                )
            end as integer
        ) as auto_horizon_days
    from measured

),

horizon as (

    select
        coalesce({{ 'cast(null as integer)' if given_days == 'auto' else given_days }}, bounded.auto_horizon_days) as churn_horizon_days,
        bounded.auto_horizon_days,
        bounded.gap_days_quantile,
        bounded.gaps_count,
        known.gaps_known_date
    from bounded
    cross join known

)

select * from horizon
