-- noqa: disable=RF03,LT09,AM03,LT05
-- One row per day of recommendations, active customer, list and rank: the items most likely to be bought next.
-- Ten items at least, for they are judged at ten.
-- usual = all items, by own decayed orders + prior; new = items never bought, by their popularity of late with the
-- customers who buy the most alike; mixed = two of the customer's own items and a new one in turn, for letters: what
-- nearly everybody buys comes last.
{{ config(materialized='by_part') }}
{% set list_length = [setting('recommendation_list_length'), 10] | max %}
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

near_customers as (

    select * from {{ ref('int_retention__near_customers') }}

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

own_items as (

    select
        as_of_date,
        purpose,
        customer_number,
        item_code,
        orders_count,
        last_order_date,
        decayed_orders
    from customer_items
    where
        is_listed
        and {{ in_part('customer_number') }}

),

customers as (

    select distinct
        as_of_date,
        purpose,
        customer_id,
        customer_number
    from customer_items
    where
        is_listed
        and {{ in_part('customer_number') }}

),

offered as (

    select
        popularity.purpose,
        popularity.item_code,
        items.is_durable,
        popularity.recent_buyers_count,
        popularity.is_everyday,
        {{ setting('recommendation_prior_weight') }} * popularity.mean_decayed_orders as prior_score,
        row_number() over (
            partition by popularity.purpose
            order by popularity.prior_rank
        ) as prior_rank,
        row_number() over (
            partition by popularity.purpose
            order by popularity.popularity_rank
        ) as popularity_rank
    from popularity
    inner join items on popularity.item_code = items.item_code
    where popularity.purpose = 'backtest' or items.is_sellable

),

{# What others like besides: the best for everybody are enough, for at least as many are left as a list holds. #}
usual_candidates as (

    select
        own_items.purpose,
        own_items.customer_number,
        own_items.item_code,
        own_items.decayed_orders + offered.prior_score as score,
        offered.recent_buyers_count,
        true as is_own
    from own_items
    inner join offered
        on
            own_items.purpose = offered.purpose
            and own_items.item_code = offered.item_code
    where
        not (
            offered.is_durable
            and own_items.last_order_date
            >= {{ days_from('own_items.as_of_date', -setting('durable_days')) }}
        )
    union all
    select
        customers.purpose,
        customers.customer_number,
        offered.item_code,
        offered.prior_score as score,
        offered.recent_buyers_count,
        false as is_own
    from customers
    inner join offered on customers.purpose = offered.purpose
    left join own_items
        on
            customers.purpose = own_items.purpose
            and customers.customer_number = own_items.customer_number
            and offered.item_code = own_items.item_code
    where
        offered.prior_rank <= {{ 5 * list_length }}
        and own_items.item_code is null

),

recent_items as (

    select
        purpose,
        customer_number,
        item_code
    from customer_items
    where last_order_date >= {{ days_from('as_of_date', -setting('recommendation_active_days')) }}

),

{# Each morning by itself, so that items are grouped and ranked by whole numbers. #}
{% for purpose in ['today', 'backtest'] %}
    items_of_near_customers_{{ purpose }} as (

        select
            near_customers.customer_number,
            recent_items.item_code,
            {{ exact_sum('near_customers.item_cosine', scale=12) }} as closeness
        from near_customers
        inner join recent_items on near_customers.near_customer_number = recent_items.customer_number
        where
            near_customers.purpose = '{{ purpose }}'
            and {{ in_part('near_customers.customer_number') }}
            and recent_items.purpose = '{{ purpose }}'
        group by near_customers.customer_number, recent_items.item_code

    ),

    new_near_{{ purpose }} as (

        select
            near_items.customer_number,
            near_items.item_code,
            near_items.closeness as score,
            offered.recent_buyers_count,
            row_number() over (
                partition by near_items.customer_number
                order by round(near_items.closeness, 9) desc, offered.recent_buyers_count desc, near_items.item_code
            ) as list_rank
        from items_of_near_customers_{{ purpose }} as near_items
        inner join offered
            on
                near_items.item_code = offered.item_code
                and offered.purpose = '{{ purpose }}'
        left join own_items
            on
                near_items.customer_number = own_items.customer_number
                and near_items.item_code = own_items.item_code
                and own_items.purpose = '{{ purpose }}'
        where own_items.item_code is null

    ),

{% endfor %}

new_near_best as (

    {% for purpose in ['today', 'backtest'] %}
        select
            '{{ purpose }}' as purpose,
            *
        from new_near_{{ purpose }}
        where list_rank <= {{ list_length }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

near_counts as (

    select
        purpose,
        customer_number,
        count(*) as items_count
    from new_near_best
    group by purpose, customer_number

),

{# What is popular fills up the lists of those whom near customers leave with too little. #}
new_candidates as (

    select
        purpose,
        customer_number,
        item_code,
        score,
        recent_buyers_count
    from new_near_best
    union all
    select
        customers.purpose,
        customers.customer_number,
        offered.item_code,
        cast(0 as double) as score,
        offered.recent_buyers_count
    from customers
    left join near_counts
        on
            customers.purpose = near_counts.purpose
            and customers.customer_number = near_counts.customer_number
    inner join offered on customers.purpose = offered.purpose
    left join own_items
        on
            customers.purpose = own_items.purpose
            and customers.customer_number = own_items.customer_number
            and offered.item_code = own_items.item_code
    left join new_near_best
        on
            customers.purpose = new_near_best.purpose
            and customers.customer_number = new_near_best.customer_number
            and offered.item_code = new_near_best.item_code
    where
        coalesce(near_counts.items_count, 0) < {{ list_length }}
        and offered.popularity_rank <= {{ 5 * list_length }}
        and own_items.item_code is null
        and new_near_best.item_code is null

),

mixed_kinds as (

    {% for is_own, candidates in [('true', 'usual_candidates'), ('false', 'new_candidates')] %}
        select
            candidates.purpose,
            candidates.customer_number,
            candidates.item_code,
            candidates.recent_buyers_count,
            {{ is_own }} as is_own,
            coalesce(offered.is_everyday, false) as is_everyday,
            row_number() over (
                partition by candidates.purpose, candidates.customer_number, coalesce(offered.is_everyday, false)
                order by round(candidates.score, 9) desc, candidates.recent_buyers_count desc, candidates.item_code
            ) as kind_rank
        from {{ candidates }} as candidates
        inner join offered
            on
                candidates.purpose = offered.purpose
                and candidates.item_code = offered.item_code
        {{ 'where candidates.is_own' if candidates == 'usual_candidates' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# Own items take the places 1, 2, 4, 5, 7, 8 ..., new ones 3, 6, 9 ...; the score of a place only falls with it. #}
mixed_candidates as (

    select
        purpose,
        customer_number,
        item_code,
        cast(1 as double) / (
            case when is_own then kind_rank + floor((kind_rank - 1) / 2) else 3 * kind_rank end
            + case when is_everyday then {{ 100 * list_length }} else 0 end
        ) as score,
        recent_buyers_count
    from mixed_kinds
    where kind_rank <= {{ list_length }}

),

ranked as (

    {% for list_name in ['usual', 'new', 'mixed'] %}
        select
            purpose,
            customer_number,
            '{{ list_name }}' as list_name,
            item_code,
            score,
            recent_buyers_count,
            row_number() over (
                partition by purpose, customer_number
                order by round(score, 9) desc, recent_buyers_count desc, item_code
            ) as list_rank
        from {{ list_name }}_candidates
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

best as (

    select * from ranked
    where list_rank <= {{ list_length }}

),

recommendations as (

    select
        customers.as_of_date,
        best.purpose,
        best.customer_number,
        customers.customer_id,
        best.list_name,
        best.list_rank,
        best.item_code,
        items.item,
        own_items.orders_count is null as is_new,
        best.score,
        own_items.orders_count,
        own_items.last_order_date,
        best.recent_buyers_count
    from best
    inner join customers
        on
            best.purpose = customers.purpose
            and best.customer_number = customers.customer_number
    inner join items on best.item_code = items.item_code
    left join own_items
        on
            best.purpose = own_items.purpose
            and best.customer_number = own_items.customer_number
            and best.item_code = own_items.item_code

)

select * from recommendations
