-- One row per pair of items that at least affinity_min_customers customers bought: by order and by customer.
with baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

items as (

    select * from {{ ref('int_retention__items') }}

),

monthly_pairs as (

    select * from {{ ref('int_retention__monthly_pairs') }}

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

pairs as (

    select
        pairs_by_customer.first_item_code,
        pairs_by_customer.later_item_code,
        pairs_by_customer.customers_count,
        cast(coalesce(sum(monthly_pairs.baskets_count), 0) as bigint) as baskets_count
    from pairs_by_customer
    inner join items as first_items on pairs_by_customer.first_item_code = first_items.item_code
    inner join items as later_items on pairs_by_customer.later_item_code = later_items.item_code
    left join monthly_pairs
        on
            least(first_items.item, later_items.item) = monthly_pairs.item
            and greatest(first_items.item, later_items.item) = monthly_pairs.other_item
    group by
        pairs_by_customer.first_item_code,
        pairs_by_customer.later_item_code,
        pairs_by_customer.customers_count

)

select * from pairs
