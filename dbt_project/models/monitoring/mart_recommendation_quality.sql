-- One row per list and method: do ten items, chosen on a past date, match what customers then bought?
-- NDCG: Jarvelin and Kekalainen 2002, "Cumulated gain-based evaluation of IR techniques"; the gain of a
-- bought item is 1 at rank 1, and less at later ranks.
with recommendation_days as (

    select * from {{ ref('int_retention__recommendation_days') }}
    where purpose = 'backtest'

),

purchases as (

    select * from {{ ref('int_retention__recommendation_purchases') }}

),

candidates as (

    select * from {{ ref('int_retention__recommendation_candidates') }}

),

ranks as (

    {% for rank in range(1, 11) %}
        select
            {{ rank }} as list_rank,
            ln(2.0) / ln({{ rank + 1 }}.0) as gain
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# The largest gain that so many bought items can give. #}
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
    from purchases
    group by list_name, customer_id

),

methods as (

    select 'recommendation' as method
    union all
    select 'popularity' as method

),

hits as (

    select
        candidates.list_name,
        candidates.method,
        candidates.customer_id,
        count(*) as hits_count,
        {{ exact_sum('ranks.gain', scale=12) }} as gain
    from candidates
    inner join purchases
        on
            candidates.list_name = purchases.list_name
            and candidates.customer_id = purchases.customer_id
            and candidates.item_code = purchases.item_code
    inner join ranks on candidates.list_rank = ranks.list_rank
    group by candidates.list_name, candidates.method, candidates.customer_id

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
