-- One row per customer and as_of_date: how the customer used to buy, as known on as_of_date.
-- The churn definitions compare with these habits. A past as_of_date is kept: new orders do not change it.
{{ config(materialized='by_date') }}

with known_purchases as (

    select
        customer_id,
        as_of_date,
        purchase_date,
        purchase_amount
    from {{ ref('int_retention__order_history') }}

),

known_credits as (

    select * from {{ ref('int_retention__credit_history') }}

),

habits as (

    {{ purchase_habits('known_purchases', 'known_credits') | indent(4) }}

),

final as (

    select
        customer_id,
        as_of_date,
        first_purchase_date,
        last_purchase_date,
        rhythm_days,
        lookback_spend_amount
    from habits

)

select * from final
