-- noqa: disable=LT02,LT05
-- One row per as_of_date: parameters of the shop's purchase process and of spend, fitted on the purchases
-- known on as_of_date.
-- All customers known by then count, also those who left. A large shop is sampled by a hash, which does not
-- change when other customers come. Times are weeks from the first purchase: x repeat days, t_x the last of
-- them, T the last observed day (the day before as_of_date), as in the published examples.
-- depends_on: {{ ref('int_retention__known_days') }}
{{ config(materialized='by_date') }}
{% set buckets = 4096 %}
{% set max_customers = setting('purchase_process_customers') %}

with snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

customers as (

    select
        customer_id,
        min(known_from_date) as known_from_date,
        {{ hash_bucket('customer_id', buckets) }} as sample_bucket
    from purchases
    group by customer_id

),

sizes as (

    select
        snapshots.as_of_date,
        cast(count(*) as double) as customers_count
    from snapshots
    inner join customers on customers.known_from_date <= snapshots.as_of_date
    group by snapshots.as_of_date

),

sampled as (

    select
        sizes.as_of_date,
        customers.customer_id
    from sizes
    inner join customers
        on
            customers.known_from_date <= sizes.as_of_date
            and customers.sample_bucket < {{ buckets * max_customers }} / sizes.customers_count

),

histories as (

    select
        sampled.customer_id,
        sampled.as_of_date,
        count(distinct purchases.purchase_date) - 1 as repeats,
        {{ days_between('min(purchases.purchase_date)', 'max(purchases.purchase_date)') }} as last_days,
        {{ days_between('min(purchases.purchase_date)', 'sampled.as_of_date') }} - 1 as observed_days,
        count(distinct case when purchases.purchase_amount is not null then purchases.purchase_date end)
            as days_with_amount,
        {{ exact_sum('purchases.purchase_amount') }} as spend_amount
    from sampled
    inner join purchases
        on
            sampled.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'sampled.as_of_date') }}
    group by sampled.customer_id, sampled.as_of_date

),

counted as (

    select
        as_of_date,
        cast(repeats as double) as repeats,
        last_days / cast(7 as double) as last_weeks,
        observed_days / cast(7 as double) as observed_weeks,
        cast(count(*) as double) as customers
    from histories
    group by as_of_date, repeats, last_days, observed_days

),

gathered as (

    select
        as_of_date,
        array_agg(repeats) as repeats,
        array_agg(last_weeks) as last_weeks,
        array_agg(observed_weeks) as observed_weeks,
        array_agg(customers) as customers
    from counted
    group by as_of_date

),

spends as (

    select
        as_of_date,
        array_agg(cast(days_with_amount as double)) as days,
        array_agg(spend_amount / days_with_amount) as spend_per_day
    from histories
    where spend_amount > 0
    group by as_of_date

),

fitted as (

    {% call function_rows() %}
        select
            gathered.as_of_date,
            {% for process in ['bg_nbd', 'mbg_nbd'] %}
                {{ fit_purchase_process(process, 'repeats', 'last_weeks', 'observed_weeks', 'customers') }}
                    as {{ process }},
            {% endfor %}
            {{ fit_spend('spends.days', 'spends.spend_per_day') }} as gamma_gamma
        from gathered
        left join spends on gathered.as_of_date = spends.as_of_date
    {% endcall %}

),

parameters as (

    select
        {% for process in ['bg_nbd', 'mbg_nbd'] %}
            {% for parameter in ['r', 'alpha', 'a', 'b', 'log_likelihood'] %}
                {{ process }}.{{ parameter }} as {{ process }}_{{ parameter }},
            {% endfor %}
        {% endfor %}
        {% for parameter in ['p', 'q', 'v'] %}
            gamma_gamma.{{ parameter }} as gamma_gamma_{{ parameter }},
        {% endfor %}
        fitted.as_of_date
    from fitted

)

select * from parameters
