-- One row per month with baskets: a fingerprint of them, which differs when anything in them does, and one of
-- all baskets until its end.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

hashed as (

    select
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month,
        {{ hash_bucket("customer_id || '|' || order_id || '|' || item", 1000000007) }} as basket_item_hash
    from baskets

),

months as (

    select
        order_month,
        cast(count(*) as bigint) as basket_items_count,
        cast(sum(basket_item_hash) as bigint) as fingerprint
    from hashed
    group by order_month

),

with_past as (

    select
        *,
        order_month = max(order_month) over () as is_newest,
        cast(
            sum(fingerprint) over (
                order by order_month
                rows between unbounded preceding and current row
            ) as bigint
        ) as fingerprint_to_date
    from months

)

select * from with_past
