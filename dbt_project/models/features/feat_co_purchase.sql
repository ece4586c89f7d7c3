-- One row per customer and as_of_date: how the customer's items go together, by the purchases of all
-- customers known on as_of_date, and how loyal the customer is to the item bought most.
{% set words = range((setting('co_purchase_items') + 59) // 60) %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

item_history as (

    select * from {{ ref('int_retention__item_history') }}

),

item_bits as (

    select * from {{ ref('int_retention__item_bits') }}

),

customer_items as (

    select
        customer_id,
        as_of_date,
        item,
        count(*) as orders_count_84d,
        count(*) filter (where days_ago <= 28) as orders_count_28d
    from item_history
    where days_ago <= 84
    group by customer_id, as_of_date, item

),

collected as (

    select
        customer_items.customer_id,
        customer_items.as_of_date,
        {% for word in words %}
            bit_or(coalesce(item_bits.own_{{ word }}, 0)) as own_{{ word }},
            bit_or(coalesce(item_bits.partners_{{ word }}, 0)) as partners_{{ word }},
            bit_or(coalesce(item_bits.consequents_{{ word }}, 0)) as consequents_{{ word }},
        {% endfor %}
        count(*) as items_count,
        max(customer_items.orders_count_84d) as anchor_orders_count_84d,
        max_by(
            customer_items.orders_count_28d,
            customer_items.orders_count_84d * cast(1000000 as bigint) + customer_items.orders_count_28d
        ) as anchor_orders_count_28d
    from customer_items
    left join item_bits
        on
            customer_items.as_of_date = item_bits.as_of_date
            and customer_items.item = item_bits.item
    group by customer_items.customer_id, customer_items.as_of_date

),

counted as (

    select
        customer_id,
        as_of_date,
        items_count,
        anchor_orders_count_84d,
        anchor_orders_count_28d,
        {% for word in words %}
            cast(bit_count(own_{{ word }} & partners_{{ word }}) as integer){{ ' +' if not loop.last }}
        {% endfor %}
            as paired_items_count,
        {% for word in words %}
            cast(bit_count(consequents_{{ word }}) as integer){{ ' +' if not loop.last }}
        {% endfor %}
            as consequents_count,
        {% for word in words %}
            cast(bit_count(own_{{ word }} & consequents_{{ word }}) as integer){{ ' +' if not loop.last }}
        {% endfor %}
            as met_consequents_count
    from collected

),

orders_with_items as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where days_ago <= 84) as orders_count_84d,
        count(*) filter (where days_ago <= 28) as orders_count_28d
    from orders
    where products_count > 0
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(counted.paired_items_count as double) / counted.items_count as paired_items_share_84d,
        cast(coalesce(counted.consequents_count - counted.met_consequents_count, 0) as double)
            as unmet_consequents_count_84d,
        cast(counted.consequents_count - counted.met_consequents_count as double)
        / nullif(counted.consequents_count, 0) as unmet_consequents_share_84d,
        cast(counted.anchor_orders_count_84d as double)
        / nullif(orders_with_items.orders_count_84d, 0) as anchor_item_orders_share_84d,
        cast(counted.anchor_orders_count_28d as double)
        / nullif(orders_with_items.orders_count_28d, 0) as anchor_item_orders_share_28d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date
    left join orders_with_items
        on
            spine.customer_id = orders_with_items.customer_id
            and spine.as_of_date = orders_with_items.as_of_date

)

select * from final
