-- One row per month of assignments, recency band and frequency band: the churn rate of such customers in the
-- window that ended at the start of the month. It gives the risk tier at an assignment in that month from
-- data that was known then; the latest score was learned later and is not used. Rates are shrunk to the
-- month's mean with the weight of effect_tier_prior_customers customers.
{% set prior = setting('effect_tier_prior_customers') %}
{% set buckets = 4096 %}

with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

months as (

    select distinct
        cast({{ dbt.date_trunc('month', 'assigned_date') }} as date) as reference_date,
        window_days
    from assignments

),

dates as (

    select
        reference_date,
        {{ days_from('reference_date', '-window_days') }} as as_of_date,
        {{ days_from('reference_date', '-window_days - ' ~ setting('lookback_days')) }} as lookback_start_date
    from months

),

buyers as (

    select
        customer_id,
        min(known_from_date) as known_from_date,
        {{ hash_bucket('customer_id', buckets) }} as sample_bucket
    from purchases
    group by customer_id

),

sizes as (

    select
        dates.reference_date,
        cast(count(*) as double) as customers_count
    from dates
    inner join buyers on dates.as_of_date >= buyers.known_from_date
    group by dates.reference_date

),

histories as (

    select
        dates.reference_date,
        buyers.customer_id,
        {{ days_between(
            'max(case when ' ~ known_at('purchases', 'dates.as_of_date')
            ~ ' then purchases.purchase_date end)', 'dates.as_of_date'
        ) }} as days_since_last_order, -- noqa: LT05
        count(*) filter (
            where {{ known_at('purchases', 'dates.as_of_date') }}
            and purchases.purchase_date >= dates.lookback_start_date
        ) as orders_count_lookback,
        count(*) filter (
            where purchases.purchase_date >= dates.as_of_date
            and {{ known_at('purchases', 'dates.reference_date') }}
        ) as orders_count_after
    from dates
    inner join sizes on dates.reference_date = sizes.reference_date
    inner join buyers
        on
            dates.as_of_date >= buyers.known_from_date
            and buyers.sample_bucket
            < {{ buckets * setting('purchase_process_customers') }} / sizes.customers_count
    inner join purchases
        on
            buyers.customer_id = purchases.customer_id
            and purchases.purchase_date < dates.reference_date
    group by dates.reference_date, dates.as_of_date, buyers.customer_id

),

banded as (

    select
        reference_date,
        {{ power_band('days_since_last_order') }} as recency_band,
        {{ power_band('orders_count_lookback') }} as frequency_band,
        case when orders_count_after = 0 then 1 else 0 end as is_churned
    from histories
    where days_since_last_order is not null

),

counted as (

    select
        reference_date,
        recency_band,
        frequency_band,
        cast(count(*) as double) as customers_count,
        cast(sum(is_churned) as double) as churned_count
    from banded
    group by reference_date, recency_band, frequency_band

),

with_month as (

    select
        counted.*,
        sum(counted.churned_count) over (partition by counted.reference_date)
        / sum(counted.customers_count) over (partition by counted.reference_date) as month_rate,
        sum(counted.customers_count) over (partition by counted.reference_date) as month_customers_count
    from counted

),

risk as (

    select
        reference_date,
        recency_band,
        frequency_band,
        cast(customers_count as integer) as customers_count,
        round(
            (churned_count + {{ prior }} * month_rate) / (customers_count + {{ prior }}), 6
        ) as churn_rate
    from with_month
    where month_customers_count >= {{ setting('effect_tier_min_customers') }}

)

select * from risk
