-- noqa: disable=RF03,LT09,AM03,LT05
-- One row per day of recommendations, active customer, list and rank: the items most likely to be bought next.
-- Ten items at least, for they are judged at ten.
-- usual = all items, by own decayed orders + prior; new = items never bought, by their popularity of late with the
-- customers who buy the most alike.
with all_customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

customer_items as (

    select * from all_customer_items
    where is_active

),

customers as (

    select distinct
        as_of_date,
        purpose,
        customer_id,
        customer_number
    from customer_items

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

near_customers as (

    select * from {{ ref('int_retention__near_customers') }}

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

{# The items that are good for everybody: enough of them to fill a list whatever a customer has bought. #}
popular_for_all as (

    select
        customers.purpose,
        customers.customer_number,
        popularity.item_code
    from customers
    inner join popularity
        on
            customers.purpose = popularity.purpose
    where
        popularity.prior_rank <= {{ 5 * basket_var('recommendation_list_length') }}
        or popularity.popularity_rank <= {{ 5 * basket_var('recommendation_list_length') }}

),

items_of_near_customers as (

    select
        near_customers.purpose,
        near_customers.customer_number,
        all_customer_items.item_code,
        {{ exact_sum('near_customers.item_cosine', scale=12) }} as closeness
    from near_customers
    inner join all_customer_items
        on
            near_customers.purpose = all_customer_items.purpose
            and near_customers.near_customer_number = all_customer_items.customer_number
    where
        all_customer_items.last_order_date
        >= {{ days_from('all_customer_items.as_of_date', -basket_var('recommendation_active_days')) }}
    group by near_customers.purpose, near_customers.customer_number, all_customer_items.item_code

),

candidate_keys as (

    select purpose, customer_number, item_code from customer_items
    union
    select purpose, customer_number, item_code from popular_for_all
    union
    select purpose, customer_number, item_code from items_of_near_customers

),

candidates as (

    select
        customers.as_of_date,
        candidate_keys.purpose,
        candidate_keys.customer_number,
        customers.customer_id,
        candidate_keys.item_code,
        items.item,
        customer_items.orders_count,
        customer_items.last_order_date,
        customer_items.orders_count is null as is_new,
        popularity.recent_buyers_count,
        coalesce(customer_items.decayed_orders, 0)
        + {{ basket_var('recommendation_prior_weight') }} * popularity.mean_decayed_orders as usual_score,
        coalesce(items_of_near_customers.closeness, 0) as new_score
    from candidate_keys
    inner join customers
        on
            candidate_keys.purpose = customers.purpose
            and candidate_keys.customer_number = customers.customer_number
    inner join items on candidate_keys.item_code = items.item_code
    inner join popularity
        on
            candidate_keys.purpose = popularity.purpose
            and candidate_keys.item_code = popularity.item_code
    left join customer_items
        on
            candidate_keys.purpose = customer_items.purpose
            and candidate_keys.customer_number = customer_items.customer_number
            and candidate_keys.item_code = customer_items.item_code
    left join items_of_near_customers
        on
            candidate_keys.purpose = items_of_near_customers.purpose
            and candidate_keys.customer_number = items_of_near_customers.customer_number
            and candidate_keys.item_code = items_of_near_customers.item_code
    where
        (candidate_keys.purpose = 'backtest' or items.is_sellable)
        and not (
            items.is_durable
            and customer_items.last_order_date is not null
            and customer_items.last_order_date
            >= {{ days_from('customers.as_of_date', -basket_var('durable_days')) }}
        )

),

lists as (

    select
        'usual' as list_name,
        candidates.*,
        usual_score as score
    from candidates
    union all
    select
        'new' as list_name,
        candidates.*,
        new_score as score
    from candidates
    where is_new

),

ranked as (

    select
        as_of_date,
        purpose,
        customer_number,
        customer_id,
        list_name,
        row_number() over (
            partition by purpose, customer_number, list_name
            order by round(score, 9) desc, recent_buyers_count desc, item_code
        ) as list_rank,
        item_code,
        item,
        is_new,
        score,
        orders_count,
        last_order_date,
        recent_buyers_count
    from lists

),

recommendations as (

    select * from ranked
    where list_rank <= {{ [basket_var('recommendation_list_length'), 10] | max }}

)

select * from recommendations
