-- One row per pair of items that at least affinity_min_customers customers bought: by order and by customer.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

customer_items as (

    select distinct
        customer_id,
        item_code
    from baskets

),

pairs_by_customer as (

    select
        first_items.item_code as first_item_code,
        later_items.item_code as later_item_code,
        count(*) as customers_count
    from customer_items as first_items
    inner join customer_items as later_items
        on
            first_items.customer_id = later_items.customer_id
            and first_items.item_code < later_items.item_code
    group by first_items.item_code, later_items.item_code
    having count(*) >= {{ basket_var('affinity_min_customers') }}

),

pairs_by_basket as (

    select
        first_items.item_code as first_item_code,
        later_items.item_code as later_item_code,
        count(*) as baskets_count
    from baskets as first_items
    inner join baskets as later_items
        on
            first_items.basket_number = later_items.basket_number
            and first_items.item_code < later_items.item_code
    group by first_items.item_code, later_items.item_code

),

pairs as (

    select
        pairs_by_customer.first_item_code,
        pairs_by_customer.later_item_code,
        pairs_by_customer.customers_count,
        coalesce(pairs_by_basket.baskets_count, 0) as baskets_count
    from pairs_by_customer
    left join pairs_by_basket
        on
            pairs_by_customer.first_item_code = pairs_by_basket.first_item_code
            and pairs_by_customer.later_item_code = pairs_by_basket.later_item_code

)

select * from pairs
