{# CTEs that end in `habits`: how a customer used to buy, as it was known on as_of_date. They read the CTE
   `known_purchases`: one row per customer_id, as_of_date and purchase known then (purchase_date, purchase_amount), and
   `known_credits`: one row per credit known then for which no purchase was found (return_date, credited_amount). #}
{% macro purchase_habit_ctes() -%}
    ordered_purchases as (

        select
            *,
            lag(purchase_date) over (
                partition by customer_id, as_of_date
                order by purchase_date
            ) as previous_purchase_date
        from known_purchases

    ),

    habits_of_purchases as (

        select
            customer_id,
            as_of_date,
            min(purchase_date) as first_purchase_date,
            max(purchase_date) as last_purchase_date,
            -- Purchases of one day are no gap.
            cast(
                median(nullif({{ days_between('previous_purchase_date', 'purchase_date') }}, 0)) as double
            ) as rhythm_days,
            {{ known_sum(
                'purchase_amount', condition='purchase_date >= ' ~ days_from('as_of_date', -retention.lookback_days())
            ) }} as lookback_spend_amount
        from ordered_purchases
        group by customer_id, as_of_date

    ),

    lookback_credits as (

        select
            customer_id,
            as_of_date,
            {{ exact_sum('credited_amount') }} as credited_amount
        from known_credits
        where return_date >= {{ days_from('as_of_date', -retention.lookback_days()) }}
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
{%- endmacro %}
