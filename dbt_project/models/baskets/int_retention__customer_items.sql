-- noqa: disable=LT05
-- One row per purpose, customer and item: what the customer had bought, as known on its as_of_date.
-- A customer has one customer_number per purpose, so that later models join and group by whole numbers.
{% set buckets, half_life = 4096, _recommendation_choices()['half_lives'][0] %}
with items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

days as (

    select * from {{ ref('int_retention__recommendation_days') }}

),

{# Orders returned completely by the latest as_of_date are in no basket, but they counted on earlier dates. #}
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
    from {{ ref('int_retention__order_items') }} as undone_items
    inner join items on undone_items.item = items.item
    inner join {{ ref('int_retention__snapshots') }} as today
        on undone_items.undone_from_date <= today.as_of_date and today.split = 'score'
    {% if setting('basket_window_days') is not none %}
        where purchase_date >= {{ days_from('today.as_of_date', -setting('basket_window_days')) }}
    {% endif %}

),

history as (

    select
        days.as_of_date,
        days.purpose,
        cast(coalesce(trials.half_life_days, {{ half_life }}) as double) as half_life_days,
        known_baskets.customer_id,
        known_baskets.item_code,
        known_baskets.purchase_date,
        {{ days_between('known_baskets.purchase_date', 'days.as_of_date') }} as days_ago
    from known_baskets
    inner join days on {{ known_at('known_baskets', 'days.as_of_date') }}
    left join {{ ref('int_retention__recommendation_trials') }} as trials
        on days.purpose = trials.purpose and trials.is_chosen

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

    {{ kept_lists('items', 'days') }}

),

{# Every item counts here, also one that is never recommended. #}
customers as (

    select
        customer_items.purpose,
        customer_items.customer_id,
        {{ hash_bucket("'list ' || customer_items.customer_id", buckets) }} as sample_bucket,
        max(last_order_date) >= {{ days_from('as_of_date', -setting('recommendation_active_days')) }}
            as is_active,
        sum({{ row_hash(['items.item', 'items.is_durable', 'orders_count', 'last_order_date']) }})
            as history_fingerprint
    from customer_items
    inner join items on customer_items.item_code = items.item_code
    group by as_of_date, purpose, customer_id

),

{# The backtest needs no more than a sample of about recommendation_test_customers active customers. Its lists
   are kept together, as long as no order that its date could see has changed. #}
numbered_customers as (

    select
        purpose,
        customer_id,
        cast(row_number() over (order by purpose, customer_id) as integer) as customer_number,
        case purpose
            when 'backtest' then sum(history_fingerprint) over (partition by purpose) else history_fingerprint
        end as history_fingerprint,
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
        numbered_customers.is_sampled and kept_lists.customer_id is null as is_listed
    from customer_items
    inner join items on customer_items.item_code = items.item_code
    inner join numbered_customers
        on
            customer_items.purpose = numbered_customers.purpose
            and customer_items.customer_id = numbered_customers.customer_id
    left join kept_lists
        on
            numbered_customers.purpose = kept_lists.purpose
            and numbered_customers.customer_id = kept_lists.customer_id
            and numbered_customers.history_fingerprint = kept_lists.history_fingerprint
    where not items.is_left_out

)

select * from final
