-- One row per customer of the latest as_of_date and rank 1 to 3: an item that goes with their usual items.
-- score = the sum of the customer cosines of the item with each usual item. Left out are items that the
-- customer has bought, that are not sold, or that customers buy together only by chance.
with customers as (

    select customer_id
    from {{ ref('int_retention__spine') }}
    where split = 'score'

),

customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where purpose = 'today'

),

{# Equal scores are ordered by name: the number of the name sorts faster than the name. #}
items as (

    select
        item_code,
        item,
        item_name,
        is_sellable and not is_left_out as is_offered,
        row_number() over (order by item) as name_number
    from {{ ref('int_retention__recommendable_items') }}

),

pairs as (

    select * from {{ ref('int_retention__item_pairs') }}
    where
        customer_lift > 1
        and customers_count >= {{ setting('min_group_size') }}

),

usual_items as (

    select
        customer_items.customer_id,
        customer_items.item_code,
        row_number() over (
            partition by customer_items.customer_id
            order by round(customer_items.decayed_orders, 9) desc, items.name_number
        ) as item_rank
    from customer_items
    inner join customers on customer_items.customer_id = customers.customer_id
    inner join items on customer_items.item_code = items.item_code

),

both_directions as (

    select
        first_item_code as known_item_code,
        later_item_code as offer_item_code,
        customer_cosine,
        customer_lift
    from pairs
    union all
    select
        later_item_code as known_item_code,
        first_item_code as offer_item_code,
        customer_cosine,
        customer_lift
    from pairs

),

companions as (

    select
        both_directions.*,
        known_items.name_number as known_name_number,
        row_number() over (
            partition by both_directions.known_item_code
            order by round(both_directions.customer_cosine, 9) desc, offer_items.name_number
        ) as companion_rank
    from both_directions
    inner join items as known_items on both_directions.known_item_code = known_items.item_code
    inner join items as offer_items on both_directions.offer_item_code = offer_items.item_code

),

{# The known item of an offer is the one with the largest cosine. #}
scored as (

    select
        usual_items.customer_id,
        companions.offer_item_code,
        {{ exact_sum('companions.customer_cosine', scale=12) }} as score,
        min_by(
            companions.known_item_code, (-round(companions.customer_cosine, 9), companions.known_name_number)
        ) as known_item_code,
        min_by(
            companions.customer_lift, (-round(companions.customer_cosine, 9), companions.known_name_number)
        ) as customer_lift
    from usual_items
    inner join companions on usual_items.item_code = companions.known_item_code
    left join customer_items
        on
            usual_items.customer_id = customer_items.customer_id
            and companions.offer_item_code = customer_items.item_code
    where
        usual_items.item_rank <= {{ setting('member_offer_usual_items') }}
        and companions.companion_rank <= {{ setting('member_offer_companions') }}
        and customer_items.customer_id is null
    group by usual_items.customer_id, companions.offer_item_code

),

ranked as (

    select
        scored.customer_id,
        row_number() over (
            partition by scored.customer_id
            order by round(scored.score, 9) desc, offer_items.name_number
        ) as offer_rank,
        offer_items.item as offer_item,
        offer_items.item_name as offer_item_name,
        known_items.item_name as known_item_name,
        scored.customer_lift,
        scored.score
    from scored
    inner join items as offer_items
        on
            scored.offer_item_code = offer_items.item_code
            and offer_items.is_offered
    inner join items as known_items on scored.known_item_code = known_items.item_code

)

select * from ranked
where offer_rank <= 3
