{# Query: how each customer used to buy, as known on as_of_date. One row per customer_id and as_of_date.

   known_purchases: one row per customer_id, as_of_date and purchase known then: purchase_date,
   purchase_amount. known_credits: the same for credits without a purchase: return_date, credited_amount. #}
{% macro purchase_habits(known_purchases, known_credits) -%}
    {% set lookback_start = days_from('as_of_date', -retention.setting('lookback_days')) %}

    with ordered_purchases as (

        select
            *,
            lag(purchase_date) over (
                partition by customer_id, as_of_date
                order by purchase_date
            ) as previous_purchase_date
        from {{ known_purchases }}

    ),

    habits_of_purchases as (

        select
            customer_id,
            as_of_date,
            min(purchase_date) as first_purchase_date,
            max(purchase_date) as last_purchase_date,
            -- Two purchases on one day are not a gap.
            cast(
                median(nullif({{ days_between('previous_purchase_date', 'purchase_date') }}, 0)) as double
            ) as rhythm_days,
            {{ known_sum('purchase_amount', condition='purchase_date >= ' ~ lookback_start) }}
                as lookback_spend_amount
        from ordered_purchases
        group by customer_id, as_of_date

    ),

    lookback_credits as (

        select
            customer_id,
            as_of_date,
            {{ exact_sum('credited_amount') }} as credited_amount
        from {{ known_credits }}
        where return_date >= {{ lookback_start }}
        group by customer_id, as_of_date

    ),

    habits as (

        select
            habits_of_purchases.customer_id,
            habits_of_purchases.as_of_date,
            habits_of_purchases.first_purchase_date,
            habits_of_purchases.last_purchase_date,
            habits_of_purchases.rhythm_days,
            habits_of_purchases.lookback_spend_amount - coalesce(lookback_credits.credited_amount, 0)
                as lookback_spend_amount
        from habits_of_purchases
        left join lookback_credits
            on
                habits_of_purchases.customer_id = lookback_credits.customer_id
                and habits_of_purchases.as_of_date = lookback_credits.as_of_date

    )

    select * from habits
{%- endmacro %}
