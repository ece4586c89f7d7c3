-- One row per customer, as_of_date and credit known on as_of_date for which no purchase was found.
-- Such a credit lowers spend on its own day: the purchase may be older than the shop's data.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

credits as (

    select * from {{ ref('int_retention__unlinked_credits') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        credits.return_date,
        {{ days_between('credits.return_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        credits.credited_amount
    from spine
    inner join credits
        on
            spine.customer_id = credits.customer_id
            and spine.as_of_date >= credits.known_from_date

)

select * from history
