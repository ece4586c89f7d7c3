-- noqa: disable=LT05
-- One row per active customer, list and rank: what to offer next, and why.
with recommendations as (

    select * from {{ ref('int_retention__recommendations') }}
    where
        purpose = 'today'
        and list_rank <= {{ basket_var('recommendation_list_length') }}

),

customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where purpose = 'today'

),

items as (

    select * from {{ ref('int_retention__items') }}

),

item_pairs as (

    select * from {{ ref('int_retention__item_pairs') }}
    where baskets_count > 0

),

{# Of the items that the customer has bought, the one that a new item stands in one basket with most typically. #}
known_companions as (

    select
        recommendations.customer_id,
        recommendations.item_code,
        known_items.item as known_item,
        item_pairs.baskets_count,
        row_number() over (
            partition by recommendations.customer_id, recommendations.item_code
            order by
                round(item_pairs.baskets_count / sqrt(cast(known_items.baskets_count as double)), 9) desc,
                known_items.item_code
        ) as companion_rank
    from recommendations
    inner join customer_items on recommendations.customer_id = customer_items.customer_id
    inner join items as known_items on customer_items.item_code = known_items.item_code
    inner join item_pairs
        on
            item_pairs.first_item_code = least(customer_items.item_code, recommendations.item_code)
            and item_pairs.later_item_code = greatest(customer_items.item_code, recommendations.item_code)
    where recommendations.list_name = 'new'

),

explained as (

    select
        recommendations.customer_id,
        recommendations.as_of_date,
        recommendations.list_name,
        cast(recommendations.list_rank as integer) as list_rank,
        recommendations.item,
        recommendations.is_new,
        round(recommendations.score, 6) as score,
        {% set text = dbt.type_string() %}
        case
            when not recommendations.is_new
                then
                    'bought in ' || cast(recommendations.orders_count as {{ text }})
                    || case when recommendations.orders_count = 1 then ' order' else ' orders' end
                    || ', last on ' || cast(recommendations.last_order_date as {{ text }})
            when known_companions.known_item is not null
                then
                    'bought with ' || known_companions.known_item || ' in '
                    || cast(known_companions.baskets_count as {{ text }})
                    || case when known_companions.baskets_count = 1 then ' basket' else ' baskets' end
            else
                'bought by ' || cast(recommendations.recent_buyers_count as {{ text }})
                || ' customers in the last {{ basket_var("recommendation_active_days") }} days'
        end as reason
    from recommendations
    left join known_companions
        on
            recommendations.customer_id = known_companions.customer_id
            and recommendations.item_code = known_companions.item_code
            and known_companions.companion_rank = 1

)

select * from explained
