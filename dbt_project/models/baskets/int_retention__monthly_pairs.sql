-- One row per month and pair of items: orders with both that became known in the month.
-- A month is kept between builds as long as its baskets do not change; others are deleted and counted again.
-- int_retention__customer_pairs counts customers in the same way, but by two periods: its header says why.
{{ config(
    materialized=kept_between_builds(),
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %} delete from {{ this }} where not exists (
        select 1 from {{ ref('int_retention__basket_months') }} as months
        where months.known_month = {{ this }}.known_month and months.fingerprint = {{ this }}.fingerprint
        and months.basket_items_count = {{ this }}.basket_items_count
    ) {% endif %}"
) }}

with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

months as (

    select * from {{ ref('int_retention__basket_months') }}
    {% if is_incremental() %}
        where known_month not in (select distinct kept.known_month from {{ this }} as kept)
    {% endif %}

),

basket_items as (

    select
        baskets.basket_number,
        baskets.item_code,
        months.known_month
    from baskets
    inner join months
        on cast({{ dbt.date_trunc('month', 'baskets.known_from_date') }} as date) = months.known_month

),

counted as (

    select
        first_items.known_month,
        first_items.item_code as first_item_code,
        later_items.item_code as later_item_code,
        count(*) as baskets_count
    from basket_items as first_items
    inner join basket_items as later_items
        on
            first_items.basket_number = later_items.basket_number
            and first_items.item_code < later_items.item_code
    group by first_items.known_month, first_items.item_code, later_items.item_code

),

{# Item codes change from build to build, so kept rows have names. #}
named as (

    select
        counted.known_month,
        least(first_items.item, later_items.item) as item,
        greatest(first_items.item, later_items.item) as other_item,
        cast(counted.baskets_count as bigint) as baskets_count,
        months.basket_items_count,
        months.fingerprint
    from counted
    inner join months on counted.known_month = months.known_month
    inner join items as first_items on counted.first_item_code = first_items.item_code
    inner join items as later_items on counted.later_item_code = later_items.item_code

)

select * from named
