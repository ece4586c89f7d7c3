-- One row per customer and as_of_date: how the customer used to buy, as it was known on that morning.
-- What churn definitions call usual. A closed date is kept: its habits do not change when new orders come.
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

{{ purchase_habit_ctes() }}

select * from habits
