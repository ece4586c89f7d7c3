-- One row per shop: the days of a label window, churn_horizon_days.
-- The var churn_horizon_days is a number, or auto. auto is the quantile auto_horizon_gap_quantile of the days
-- between consecutive purchase days of a customer, rounded up to whole weeks, and at least
-- auto_horizon_min_days, at most auto_horizon_max_days. Without any gap it is auto_horizon_max_days.
-- No gap may be known only after the test date. The test date depends on the horizon, so the gaps are those
-- known on the test date of the longest possible horizon, which is never later, or on the var test_date.
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
        {{ 'bounded.auto_horizon_days' if given_days == 'auto' else given_days }} as churn_horizon_days,
        bounded.auto_horizon_days,
        bounded.gap_days_quantile,
        bounded.gaps_count,
        known.gaps_known_date
    from bounded
    cross join known

)

select * from horizon
