{# Query: how many customers made no purchase in the label window of each date, by band of history.

   One row per as_of_date and band: customers_count, absent_count, and usual_share, the share without a
   purchase on all training dates together, half a customer added to both sides. A band holds the customers
   with as many purchase days in the last history_days, and about as many days since the last of them. All
   dates see histories of the same length. dates: as_of_date, label_window_end_date, is_training.
   purchases: as int_retention__purchases. today: buyers_count, for a sample by hash. #}
{% macro season_bands(dates, purchases, today, history_days) -%}
    {% set buckets = 4096 %}
    {% set most_customers, most_counted_days = 50000, 6 %}
    {% set band = 'partition by recency_band, purchases_band' %}

    with histories as (

        select
            dates.as_of_date,
            dates.is_training,
            purchases.customer_id,
            min({{ days_between('purchases.purchase_date', 'dates.as_of_date') }}) as last_days,
            count(distinct purchases.purchase_date) as purchase_days
        from {{ dates }} as dates
        cross join {{ today }} as today
        inner join {{ purchases }} as purchases
            on
                purchases.purchase_date >= {{ days_from('dates.as_of_date', -history_days) }}
                and {{ retention.known_at('purchases', 'dates.as_of_date') }}
        where
            {{ retention.hash_bucket('purchases.customer_id', buckets) }}
            < {{ buckets * most_customers }} / cast(today.buyers_count as double)
        group by dates.as_of_date, dates.is_training, purchases.customer_id

    ),

    came as (

        select distinct
            dates.as_of_date,
            purchases.customer_id
        from {{ dates }} as dates
        inner join {{ purchases }} as purchases
            on
                purchases.purchase_date >= dates.as_of_date
                and purchases.purchase_date < dates.label_window_end_date
                and {{ retention.is_kept('purchases') }}

    ),

    banded as (

        select
            histories.as_of_date,
            histories.is_training,
            cast(floor(ln(histories.last_days) / ln(2) + 0.000001) as integer) as recency_band,
            least(histories.purchase_days, {{ most_counted_days }}) as purchases_band,
            case when came.customer_id is null then 1 else 0 end as is_absent
        from histories
        left join came
            on
                histories.as_of_date = came.as_of_date
                and histories.customer_id = came.customer_id

    ),

    counted as (

        select
            as_of_date,
            is_training,
            recency_band,
            purchases_band,
            cast(count(*) as double) as customers_count,
            cast(sum(is_absent) as double) as absent_count
        from banded
        group by as_of_date, is_training, recency_band, purchases_band

    )

    select
        *,
        (coalesce(sum(case when is_training then absent_count end) over ({{ band }}), 0) + 0.5)
        / (coalesce(sum(case when is_training then customers_count end) over ({{ band }}), 0) + 1)
            as usual_share
    from counted
{%- endmacro %}
