-- noqa: disable=LT05
-- One row per active customer, list and rank: which item to recommend, and why.
{% set active_days = setting('recommendation_active_days') %}

with recommendations as (

    select * from {{ ref('int_retention__recommendations') }}
    where
        purpose = 'today'
        and list_rank <= {{ setting('recommendation_list_length') }}

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

{# The reason of a new item: the known item that it is most typically bought with. Companions are numbered
   once for all customers, so that nothing is sorted per customer. #}
companions as (

    {% for known, other in [('first', 'later'), ('later', 'first')] %}
        select
            {{ known }}_item_code as known_item_code,
            {{ other }}_item_code as item_code,
            baskets_count
        from item_pairs
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

numbered_companions as (

    select
        companions.item_code,
        companions.known_item_code,
        companions.baskets_count,
        row_number() over (
            partition by companions.item_code
            order by
                round(companions.baskets_count / sqrt(cast(items.baskets_count as double)), 9) desc,
                companions.known_item_code
        ) as companion_number
    from companions
    inner join items on companions.known_item_code = items.item_code

),

first_companions as (

    select
        recommendations.customer_number,
        recommendations.item_code,
        min_by(numbered_companions.known_item_code, numbered_companions.companion_number) as known_item_code,
        min_by(numbered_companions.baskets_count, numbered_companions.companion_number) as baskets_count
    from recommendations
    inner join customer_items on recommendations.customer_number = customer_items.customer_number
    inner join numbered_companions
        on
            recommendations.item_code = numbered_companions.item_code
            and customer_items.item_code = numbered_companions.known_item_code
    where recommendations.list_name = 'new'
    group by recommendations.customer_number, recommendations.item_code

),

explained as (

    select
        recommendations.customer_id,
        recommendations.as_of_date,
        recommendations.list_name,
        cast(recommendations.list_rank as integer) as list_rank,
        recommendations.item,
        recommendations.item_name,
        recommendations.is_new,
        round(recommendations.score, 6) as score,
        {% set text = dbt.type_string() %}
        case
            when not recommendations.is_new
                then
                    'bought in ' || cast(recommendations.orders_count as {{ text }})
                    || case when recommendations.orders_count = 1 then ' order' else ' orders' end
                    || ', last on ' || cast(recommendations.last_order_date as {{ text }})
            when first_companions.known_item_code is not null
                then
                    'bought with ' || items.item_name || ' in '
                    || cast(first_companions.baskets_count as {{ text }})
                    || case when first_companions.baskets_count = 1 then ' basket' else ' baskets' end
            else
                'bought by ' || cast(recommendations.recent_buyers_count as {{ text }})
                || case when recommendations.recent_buyers_count = 1 then ' customer' else ' customers' end
                || ' in the last {{ active_days }} {{ "day" if active_days == 1 else "days" }}'
        end as reason,
        recommendations.listed_date
    from recommendations
    left join first_companions
        on
            recommendations.customer_number = first_companions.customer_number
            and recommendations.item_code = first_companions.item_code
    left join items
        on first_companions.known_item_code = items.item_code

)

select * from explained
