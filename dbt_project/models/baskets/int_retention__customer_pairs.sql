-- One row per period and pair of items: customers whose purchase of both items became known in the period.
-- Periods are the newest month and all months before it. A period is kept between builds as long as no basket
-- up to its end has changed.
-- int_retention__monthly_pairs counts orders, and an order is in one month, so it keeps every month. Here a
-- month depends on all months before it, because a customer can buy the two items years apart.
{{ config(
    materialized=kept_between_builds(),
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %} delete from {{ this }} where not exists (
        select 1 from {{ ref('int_retention__basket_months') }} as months
        where months.is_newest and {{ this }}.fingerprint = months.fingerprint_to_date
        - case when {{ this }}.is_newest_month then 0 else months.fingerprint end
    ) {% endif %}"
) }}

with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

newest_month as (

    select * from {{ ref('int_retention__basket_months') }}
    where is_newest

),

periods as (

    select
        true as is_newest_month,
        fingerprint_to_date as fingerprint
    from newest_month
    union all
    select
        false as is_newest_month,
        fingerprint_to_date - fingerprint as fingerprint
    from newest_month

),

missing_periods as (

    select * from periods
    {% if is_incremental() %}
        where is_newest_month not in (select distinct kept.is_newest_month from {{ this }} as kept)
    {% endif %}

),

customer_items as (

    select
        baskets.customer_id,
        baskets.item_code,
        min(baskets.known_from_date) >= max(newest_month.known_month) as is_newest_month
    from baskets
    cross join newest_month
    group by baskets.customer_id, baskets.item_code

),

items_before as (

    select customer_items.*
    from customer_items
    inner join missing_periods on customer_items.is_newest_month = missing_periods.is_newest_month
    where not customer_items.is_newest_month

),

items_of_newest_month as (

    select customer_items.*
    from customer_items
    inner join missing_periods on customer_items.is_newest_month = missing_periods.is_newest_month
    where customer_items.is_newest_month

),

{# A pair belongs to the period in which the first purchase of its second item became known. Each period is
   counted alone, so that billions of pairs are grouped by two whole numbers. #}
counted_before as (

    select
        false as is_newest_month,
        first_items.item_code as first_item_code,
        later_items.item_code as later_item_code,
        count(*) as customers_count
    from items_before as first_items
    inner join items_before as later_items
        on
            first_items.customer_id = later_items.customer_id
            and first_items.item_code < later_items.item_code
    group by first_items.item_code, later_items.item_code

),

counted_in_newest_month as (

    select
        true as is_newest_month,
        least(completing_items.item_code, other_items.item_code) as first_item_code,
        greatest(completing_items.item_code, other_items.item_code) as later_item_code,
        count(*) as customers_count
    from items_of_newest_month as completing_items
    inner join customer_items as other_items
        on
            completing_items.customer_id = other_items.customer_id
            and (not other_items.is_newest_month or completing_items.item_code < other_items.item_code)
    group by
        least(completing_items.item_code, other_items.item_code),
        greatest(completing_items.item_code, other_items.item_code)

),

counted as (

    select * from counted_before
    union all
    select * from counted_in_newest_month

),

{# Item codes change from build to build, so kept rows have names. #}
named as (

    select
        counted.is_newest_month,
        least(first_items.item, later_items.item) as item,
        greatest(first_items.item, later_items.item) as other_item,
        cast(counted.customers_count as bigint) as customers_count,
        periods.fingerprint
    from counted
    inner join periods on counted.is_newest_month = periods.is_newest_month
    inner join items as first_items on counted.first_item_code = first_items.item_code
    inner join items as later_items on counted.later_item_code = later_items.item_code

)

select * from named
