-- One row per customer and decision date: what an uplift model may learn from, with only the data that was
-- known before that date. Attributes of customers carry no date; they are as of the latest as_of_date.
-- The feature families are on the dates of int_retention__spine, and campaigns start on other dates: so the
-- few features that decisions need are made here, by the same rules of time (known_at, seen_by).
with dates as (

    select * from {{ ref('int_retention__decision_dates') }}

),

history as (

    select * from {{ ref('int_retention__decision_history') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

reviews as (

    select * from {{ ref('stg_retention__reviews') }}

),

sessions as (

    select * from {{ ref('stg_retention__sessions') }}

),

tickets_counted as (

    select
        dates.customer_id,
        dates.as_of_date,
        count(*) as tickets_count,
        count(*) filter (where tickets.ticket_type = 'complaint') as complaints_count
    from dates
    inner join tickets
        on
            dates.customer_id = tickets.customer_id
            and {{ seen_by('tickets.opened_at', 'tickets.loaded_at', 'dates.as_of_date') }}
            and cast(tickets.opened_at as date) >= dates.lookback_start_date
    group by dates.customer_id, dates.as_of_date

),

reviews_averaged as (

    select
        dates.customer_id,
        dates.as_of_date,
        avg(cast(reviews.rating as double)) as rating_mean
    from dates
    inner join reviews
        on
            dates.customer_id = reviews.customer_id
            and {{ seen_by('reviews.reviewed_at', 'reviews.loaded_at', 'dates.as_of_date') }}
            and cast(reviews.reviewed_at as date) >= dates.lookback_start_date
    group by dates.customer_id, dates.as_of_date

),

sessions_counted as (

    select
        dates.customer_id,
        dates.as_of_date,
        count(*) as sessions_count
    from dates
    inner join sessions
        on
            dates.customer_id = sessions.customer_id
            and {{ seen_by('sessions.started_at', 'sessions.loaded_at', 'dates.as_of_date') }}
            and cast(sessions.started_at as date) >= dates.lookback_start_date
    group by dates.customer_id, dates.as_of_date

),

features as (

    select
        history.customer_id,
        history.as_of_date,
        dates.window_days,
        history.days_since_last_order,
        history.days_since_first_order,
        history.orders_count_before,
        history.spend_amount_before,
        history.orders_count_lookback,
        history.spend_amount_lookback,
        history.discount_share,
        history.recency_weight,
        history.recency_band,
        history.frequency_band,
        history.spend_band,
        cast(coalesce(tickets_counted.tickets_count, 0) as double) as tickets_count,
        cast(coalesce(tickets_counted.complaints_count, 0) as double) as complaints_count,
        round(reviews_averaged.rating_mean, 6) as rating_mean,
        cast(coalesce(sessions_counted.sessions_count, 0) as double) as sessions_count,
        {{ one_hot('customers.acquisition_channel', setting('acquisition_channels'), 'is_acquired_by') }}
        cast(extract(year from history.as_of_date) - customers.birth_year as double) as age_years
    from history
    inner join dates
        on
            history.customer_id = dates.customer_id
            and history.as_of_date = dates.as_of_date
    left join tickets_counted
        on
            history.customer_id = tickets_counted.customer_id
            and history.as_of_date = tickets_counted.as_of_date
    left join reviews_averaged
        on
            history.customer_id = reviews_averaged.customer_id
            and history.as_of_date = reviews_averaged.as_of_date
    left join sessions_counted
        on
            history.customer_id = sessions_counted.customer_id
            and history.as_of_date = sessions_counted.as_of_date
    left join customers on history.customer_id = customers.customer_id

)

select * from features
{{ clustered_by(['customer_id', 'as_of_date']) }}
