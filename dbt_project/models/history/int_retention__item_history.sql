-- One row per customer, as_of_date, purchase known on as_of_date and item in it. Families read items from
-- here.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

purchase_items as (

    select * from {{ ref('int_retention__purchase_items') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        purchase_items.order_id,
        purchase_items.item,
        purchase_items.purchase_date,
        {{ days_between('purchase_items.purchase_date', 'spine.as_of_date') }} as days_ago -- noqa: LT05
    from spine
    inner join purchase_items
        on
            spine.customer_id = purchase_items.customer_id
            and {{ known_at('purchase_items', 'spine.as_of_date') }}

)

select * from history
