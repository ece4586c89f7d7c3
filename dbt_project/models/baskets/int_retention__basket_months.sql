-- One row per month in which baskets became known: a fingerprint of them, which differs when anything in them
-- does, and one of all baskets until its end. What comes late falls into the month of its coming.
with baskets as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'known_from_date') }} as date) as known_month
    from {{ ref('int_retention__baskets') }}

),

{# With the month: what moves from one to another changes both, and their sum. #}
hashed as (

    select
        known_month,
        {{ hash_bucket("customer_id || '|' || order_id || '|' || item || '|' || known_month", 1000000007) }}
            as basket_item_hash
    from baskets

),

months as (

    select
        known_month,
        cast(count(*) as bigint) as basket_items_count,
        cast(sum(basket_item_hash) as bigint) as fingerprint
    from hashed
    group by known_month

),

with_past as (

    select
        *,
        known_month = max(known_month) over () as is_newest,
        cast(
            sum(fingerprint) over (
                order by known_month
                rows between unbounded preceding and current row
            ) as bigint
        ) as fingerprint_to_date
    from months

)

select * from with_past
