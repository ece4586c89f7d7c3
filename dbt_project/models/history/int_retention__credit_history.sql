-- One row per customer, as_of_date and credit known on that morning for which no purchase was found: the
-- door to them.
-- What was bought before the history begins and credited in it lowers spend on the day of the credit.
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
