-- noqa: disable=LT05
-- One row per purpose, customer and item: what the customer had bought, as known on its as_of_date.
-- A customer has one customer_number per purpose, so that later models join and group by whole numbers.
{% set buckets, half_life = 4096, _recommendation_choices()['half_lives'][0] %}
with items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

today as (

    select as_of_date from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

{# Orders returned completely by the latest as_of_date are in no basket, but they counted on earlier dates. #}
undone_items as (

    select order_items.*
    from {{ ref('int_retention__order_items') }} as order_items
    inner join today on order_items.undone_from_date <= today.as_of_date
    {% if setting('basket_window_days') is not none %}
        where order_items.purchase_date >= {{ days_from('today.as_of_date', -setting('basket_window_days')) }}
    {% endif %}

),

known_baskets as (

    select
        customer_id,
        item_code,
        order_date as purchase_date,
        known_from_date,
        cast(null as date) as undone_from_date
    from {{ ref('int_retention__baskets') }}
    union all
    select
        undone_items.customer_id,
        items.item_code,
        undone_items.purchase_date,
        undone_items.known_from_date,
        undone_items.undone_from_date
    from undone_items
    inner join items on undone_items.item = items.item

),

history as (

    select
        recommendation_days.as_of_date,
        recommendation_days.purpose,
        cast(coalesce(trials.half_life_days, {{ half_life }}) as double) as half_life_days,
        known_baskets.customer_id,
        known_baskets.item_code,
        known_baskets.purchase_date,
        {{ days_between('known_baskets.purchase_date', 'recommendation_days.as_of_date') }} as days_ago
    from known_baskets
    inner join {{ ref('int_retention__recommendation_days') }} as recommendation_days
        on {{ known_at('known_baskets', 'recommendation_days.as_of_date') }}
    left join {{ ref('int_retention__recommendation_trials') }} as trials
        on recommendation_days.purpose = trials.purpose and trials.is_chosen

),

customer_items as (

    select
        as_of_date,
        purpose,
        customer_id,
        item_code,
        count(*) as orders_count,
        max(purchase_date) as last_order_date,
        {{ exact_sum('power(0.5, days_ago / half_life_days)', scale=12) }} as decayed_orders
    from history
    group by as_of_date, purpose, customer_id, item_code

),

kept_lists as (

    {{ kept_lists('items', 'today') }}

),

{# Every item counts here, also one that is never recommended. #}
customers as (

    select
        customer_items.purpose,
        customer_items.customer_id,
        {{ hash_bucket("'list ' || customer_items.customer_id", buckets) }} as sample_bucket,
        max(last_order_date) >= {{ days_from('as_of_date', -setting('recommendation_active_days')) }}
            as is_active,
        sum({{ row_hash(['items.item', 'orders_count', 'last_order_date']) }}) as history_fingerprint
    from customer_items
    inner join items on customer_items.item_code = items.item_code
    group by as_of_date, purpose, customer_id

),

{# The backtest needs no more than a sample of about recommendation_test_customers active customers. #}
numbered_customers as (

    select
        purpose,
        customer_id,
        cast(row_number() over (order by purpose, customer_id) as integer) as customer_number,
        history_fingerprint,
        is_active,
        is_active
        and (
            purpose = 'today'
            or sample_bucket
            < cast({{ buckets * setting('recommendation_test_customers') }} as double)
            / nullif(sum(case when is_active then 1 else 0 end) over (partition by purpose), 0)
        ) as is_sampled
    from customers

),

final as (

    select
        customer_items.*,
        numbered_customers.customer_number,
        numbered_customers.history_fingerprint,
        numbered_customers.is_active,
        numbered_customers.is_sampled,
        numbered_customers.is_sampled
        and (numbered_customers.purpose = 'backtest' or kept_lists.customer_id is null) as is_listed
    from customer_items
    inner join items on customer_items.item_code = items.item_code
    inner join numbered_customers
        on
            customer_items.purpose = numbered_customers.purpose
            and customer_items.customer_id = numbered_customers.customer_id
    left join kept_lists
        on
            numbered_customers.customer_id = kept_lists.customer_id
            and numbered_customers.history_fingerprint = kept_lists.history_fingerprint
    where not items.is_left_out

)

select * from final
