-- One row per list and method: how well the items recommended on a past morning foretold what was bought
-- after it.
-- NDCG: Jarvelin and Kekalainen 2002, "Cumulated gain-based evaluation of IR techniques", a bought item
-- counts 1.
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}
    where purpose = 'backtest'

),

recommendations as (

    select * from {{ ref('int_retention__recommendations') }}
    where purpose = 'backtest'

),

customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where purpose = 'backtest'

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}
    where purpose = 'backtest'

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}
    where not is_left_out

),

baskets as (

    select * from {{ ref('int_retention__baskets') }}

),

customers as (

    select distinct
        as_of_date,
        customer_id
    from customer_items
    where is_listed

),

bought as (

    select distinct
        customers.customer_id,
        baskets.item_code
    from baskets
    inner join items on baskets.item_code = items.item_code
    inner join customers on baskets.customer_id = customers.customer_id
    inner join recommendation_days
        on
            baskets.order_date >= recommendation_days.as_of_date
            and baskets.order_date < recommendation_days.test_window_end_date

),

bought_in_lists as (

    select
        'usual' as list_name,
        customer_id,
        item_code
    from bought
    union all
    select
        'new' as list_name,
        bought.customer_id,
        bought.item_code
    from bought
    left join customer_items
        on
            bought.customer_id = customer_items.customer_id
            and bought.item_code = customer_items.item_code
    where customer_items.item_code is null
    union all
    select
        'mixed' as list_name,
        bought.customer_id,
        bought.item_code
    from bought
    left join popularity on bought.item_code = popularity.item_code
    where not coalesce(popularity.is_everyday, false)

),

known_counts as (

    select
        customer_id,
        count(*) as items_count
    from customer_items
    where is_listed
    group by customer_id

),

popular_new as (

    select
        known_counts.customer_id,
        popularity.item_code,
        row_number() over (
            partition by known_counts.customer_id order by popularity.popularity_rank
        ) as list_rank
    from known_counts
    inner join popularity on known_counts.items_count + 10 >= popularity.popularity_rank
    left join customer_items
        on
            known_counts.customer_id = customer_items.customer_id
            and popularity.item_code = customer_items.item_code
    where customer_items.item_code is null

),

popular_mixed as (

    select
        item_code,
        row_number() over (order by popularity_rank) as list_rank
    from popularity
    where not coalesce(is_everyday, false)

),

predictions as (

    select
        list_name,
        'recommendation' as method,
        customer_id,
        item_code,
        list_rank
    from recommendations
    union all
    select
        'usual' as list_name,
        'popularity' as method,
        customers.customer_id,
        popularity.item_code,
        popularity.popularity_rank as list_rank
    from customers
    cross join popularity
    union all
    select
        'mixed' as list_name,
        'popularity' as method,
        customers.customer_id,
        popular_mixed.item_code,
        popular_mixed.list_rank
    from customers
    cross join popular_mixed
    union all
    select
        'new' as list_name,
        'popularity' as method,
        customer_id,
        item_code,
        list_rank
    from popular_new

),

top_predictions as (

    select * from predictions
    where list_rank <= 10

),

{# The gain of each rank, and the best gain that so many bought items can give. #}
ranks as (

    {% for rank in range(1, 11) %}
        select
            {{ rank }} as list_rank,
            ln(2.0) / ln({{ rank + 1 }}.0) as gain
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

ideal as (

    select
        up_to.list_rank as bought_count,
        {{ exact_sum('ranks.gain', scale=12) }} as ideal_gain
    from ranks as up_to
    inner join ranks on ranks.list_rank <= up_to.list_rank
    group by up_to.list_rank

),

tested_customers as (

    select
        list_name,
        customer_id,
        count(*) as bought_count
    from bought_in_lists
    group by list_name, customer_id

),

methods as (

    select 'recommendation' as method
    union all
    select 'popularity' as method

),

hits as (

    select
        top_predictions.list_name,
        top_predictions.method,
        top_predictions.customer_id,
        count(*) as hits_count,
        {{ exact_sum('ranks.gain', scale=12) }} as gain
    from top_predictions
    inner join bought_in_lists
        on
            top_predictions.list_name = bought_in_lists.list_name
            and top_predictions.customer_id = bought_in_lists.customer_id
            and top_predictions.item_code = bought_in_lists.item_code
    inner join ranks on top_predictions.list_rank = ranks.list_rank
    group by top_predictions.list_name, top_predictions.method, top_predictions.customer_id

),

judged as (

    select
        tested_customers.list_name,
        methods.method,
        tested_customers.customer_id,
        case when hits.hits_count > 0 then 1 else 0 end as hit,
        cast(coalesce(hits.hits_count, 0) as double) / tested_customers.bought_count as recall,
        coalesce(hits.gain, 0) / ideal.ideal_gain as ndcg
    from tested_customers
    cross join methods
    inner join ideal on ideal.bought_count = least(tested_customers.bought_count, 10)
    left join hits
        on
            tested_customers.list_name = hits.list_name
            and tested_customers.customer_id = hits.customer_id
            and methods.method = hits.method

),

quality as (

    select
        recommendation_days.as_of_date,
        judged.list_name,
        judged.method,
        count(*) as customers_count,
        cast(sum(judged.hit) as double) / count(*) as hit_rate_at_10,
        round({{ exact_sum("judged.recall", scale=12) }} / count(*), 10) as recall_at_10,
        round({{ exact_sum("judged.ndcg", scale=12) }} / count(*), 10) as ndcg_at_10
    from judged
    cross join recommendation_days
    group by recommendation_days.as_of_date, judged.list_name, judged.method

)

select * from quality
