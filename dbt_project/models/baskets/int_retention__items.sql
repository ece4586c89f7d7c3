-- One row per item: its name for people, the number of orders with it, and of customers who bought it.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

totals as (

    select
        count(distinct order_id) as all_baskets_count,
        count(distinct customer_id) as all_customers_count
    from baskets

),

items as (

    select
        item_code,
        item,
        count(*) as baskets_count,
        count(distinct customer_id) as customers_count
    from baskets
    group by item_code, item

),

{# An item that is a product has the name of the product. Categories and brands are names already. #}
named as (

    select
        items.*,
        coalesce(products.product_name, items.item) as item_name
    from items
    left join products
        on
            items.item = products.product_id
            and {{ 'true' if setting('basket_item') == 'product_id' else 'false' }}

),

with_totals as (

    select
        named.item_code,
        named.item,
        named.item_name,
        case
            when count(*) over (partition by named.item_name) = 1 then named.item_name
            else named.item_name || ' (' || named.item || ')'
        end as item_label,
        named.baskets_count,
        named.customers_count,
        totals.all_baskets_count,
        totals.all_customers_count
    from named
    cross join totals

)

select * from with_totals
