-- One row per month with baskets: a fingerprint of them, which differs when anything in them does.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

hashed as (

    select
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month,
        {{ hash_bucket("order_id || '|' || item", 1000000007) }} as basket_item_hash
    from baskets

),

months as (

    select
        order_month,
        cast(count(*) as bigint) as basket_items_count,
        cast(sum(basket_item_hash) as bigint) as fingerprint
    from hashed
    group by order_month

)

select * from months
