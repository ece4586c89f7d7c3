-- One row per item and other item: how much more often than by chance they go together, in one order and for
-- one customer. Each pair has two rows, one in each direction.
with pairs as (

    select * from {{ ref('int_retention__item_pairs') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

directions as (

    {% for known, other in [('first', 'later'), ('later', 'first')] %}
        select
            {{ known }}_item_code as item_code,
            {{ other }}_item_code as other_item_code,
            baskets_count,
            basket_lift,
            basket_cosine,
            customers_count,
            customer_lift,
            customer_cosine
        from pairs
        where customers_count >= {{ setting('min_group_size') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

named as (

    select
        items.item,
        items.item_name,
        other_items.item as other_item,
        other_items.item_name as other_item_name,
        cast(directions.baskets_count as bigint) as baskets_count,
        directions.basket_lift,
        directions.basket_cosine,
        cast(directions.customers_count as bigint) as customers_count,
        directions.customer_lift,
        directions.customer_cosine
    from directions
    inner join items on directions.item_code = items.item_code
    inner join items as other_items on directions.other_item_code = other_items.item_code

)

select * from named
