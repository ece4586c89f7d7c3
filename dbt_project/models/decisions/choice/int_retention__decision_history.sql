-- One row per customer and decision date: recency, frequency and spend, with only the data that was known
-- before that date. before: in the window before it, as many days as an effect is measured in.
-- Bands are powers of two, so that they group similar customers without a threshold that someone would have
-- to choose. recency_weight falls from 1 with the days since the last order: a half after half a window.
-- Purchases without an amount add nothing to spend; spend is null where no earlier purchase of the customer
-- has one. Credits without a purchase lower spend on their own day.
with dates as (

    select * from {{ ref('int_retention__decision_dates') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

credits as (

    select * from {{ ref('int_retention__unlinked_credits') }}

),

shop as (

    select min(known_from_date) as amounts_known_from_date
    from purchases
    where purchase_amount is not null

),

bought as (

    select
        dates.customer_id,
        dates.as_of_date,
        {{ days_between('max(purchases.purchase_date)', 'dates.as_of_date') }}
            as days_since_last_order, -- noqa: LT05
        {{ days_between('min(purchases.purchase_date)', 'dates.as_of_date') }}
            as days_since_first_order, -- noqa: LT05
        count(*) filter (where purchases.purchase_date >= dates.window_start_date) as orders_count_before,
        {{ known_sum(
            'purchases.purchase_amount', condition='purchases.purchase_date >= dates.window_start_date'
        ) }} as spend_amount_before,
        count(*) filter (where purchases.purchase_date >= dates.lookback_start_date)
            as orders_count_lookback,
        {{ known_sum(
            'purchases.purchase_amount', condition='purchases.purchase_date >= dates.lookback_start_date'
        ) }} as spend_amount_lookback,
        {{ exact_sum('purchases.purchase_amount') }} as spend_amount_ever,
        {{ exact_sum('purchases.discount_amount', condition='purchases.purchase_amount is not null') }}
            as discount_amount_ever
    from dates
    inner join purchases
        on
            dates.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'dates.as_of_date') }}
    group by dates.customer_id, dates.as_of_date

),

credited as (

    select
        dates.customer_id,
        dates.as_of_date,
        {{ exact_sum(
            'credits.credited_amount', condition='credits.return_date >= dates.window_start_date'
        ) }} as amount_before,
        {{ exact_sum(
            'credits.credited_amount', condition='credits.return_date >= dates.lookback_start_date'
        ) }} as amount_lookback
    from dates
    inner join credits
        on
            dates.customer_id = credits.customer_id
            and dates.as_of_date >= credits.known_from_date
    group by dates.customer_id, dates.as_of_date

),

-- A customer without a purchase has spent 0, once the shop's amounts are known.
joined as (

    select
        dates.*,
        bought.days_since_last_order,
        bought.days_since_first_order,
        coalesce(bought.orders_count_before, 0) as orders_count_before,
        coalesce(bought.orders_count_lookback, 0) as orders_count_lookback,
        bought.discount_amount_ever / nullif(bought.spend_amount_ever + bought.discount_amount_ever, 0)
            as discount_share,
        case
            when bought.customer_id is not null then bought.spend_amount_before
            when shop.amounts_known_from_date <= dates.as_of_date then 0
        end - coalesce(credited.amount_before, 0) as spend_amount_before,
        case
            when bought.customer_id is not null then bought.spend_amount_lookback
            when shop.amounts_known_from_date <= dates.as_of_date then 0
        end - coalesce(credited.amount_lookback, 0) as spend_amount_lookback
    from dates
    cross join shop
    left join bought
        on
            dates.customer_id = bought.customer_id
            and dates.as_of_date = bought.as_of_date
    left join credited
        on
            dates.customer_id = credited.customer_id
            and dates.as_of_date = credited.as_of_date

),

history as (

    select
        customer_id,
        as_of_date,
        cast(days_since_last_order as double) as days_since_last_order,
        cast(days_since_first_order as double) as days_since_first_order,
        cast(orders_count_before as double) as orders_count_before,
        spend_amount_before,
        cast(orders_count_lookback as double) as orders_count_lookback,
        spend_amount_lookback,
        round(discount_share, 6) as discount_share,
        round(
            coalesce(window_days / cast(window_days + 2 * days_since_last_order as double), 0), 2
        ) as recency_weight,
        {{ power_band('days_since_last_order') }} as recency_band,
        {{ power_band('orders_count_lookback') }} as frequency_band,
        case
            when spend_amount_lookback is not null
                then {{ power_band('greatest(spend_amount_lookback, 0)') }}
        end as spend_band
    from joined

)

select * from history
{{ clustered_by(['customer_id', 'as_of_date']) }}
