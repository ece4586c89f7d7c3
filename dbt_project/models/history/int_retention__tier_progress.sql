-- One row per customer of the latest as_of_date: spend and orders of 365 days, the membership tier that they
-- earn (member_tier_thresholds), and the next higher tier.
with customers as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_retention__spine') }}
    where split = 'score'

),

orders as (

    select * from {{ ref('int_retention__order_history') }}
    where days_ago <= 365

),

credits as (

    select * from {{ ref('int_retention__credit_history') }}
    where days_ago <= 365

),

tiers as (

    {% for tier in member_tiers() %}
        select
            {{ tier.rank }} as tier_rank,
            {{ quoted_list([tier.tier]) }} as tier,
            cast({{ 'null' if tier.spend is none else tier.spend }} as double) as spend_threshold,
            cast({{ 'null' if tier.orders is none else tier.orders }} as double) as orders_threshold
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

credited as (

    select
        customers.customer_id,
        {{ exact_sum('credits.credited_amount') }} as credited_amount
    from customers
    inner join credits
        on
            customers.customer_id = credits.customer_id
            and customers.as_of_date = credits.as_of_date
    group by customers.customer_id

),

bought as (

    select
        customers.customer_id,
        customers.as_of_date,
        case
            when count(orders.order_id) = 0 then 0
            else {{ known_sum('orders.purchase_amount') }}
        end - coalesce(max(credited.credited_amount), 0) as spend_amount_12m,
        cast(count(orders.order_id) as integer) as orders_count_12m
    from customers
    left join credited on customers.customer_id = credited.customer_id
    left join orders
        on
            customers.customer_id = orders.customer_id
            and customers.as_of_date = orders.as_of_date
    group by customers.customer_id, customers.as_of_date

),

earned as (

    select
        bought.customer_id,
        bought.as_of_date,
        bought.spend_amount_12m,
        bought.orders_count_12m,
        coalesce(max(tiers.tier_rank), 0) as earned_rank
    from bought
    left join tiers
        on
            bought.spend_amount_12m >= tiers.spend_threshold
            or bought.orders_count_12m >= tiers.orders_threshold
    group by bought.customer_id, bought.as_of_date, bought.spend_amount_12m, bought.orders_count_12m

),

final as (

    select
        earned.customer_id,
        earned.as_of_date,
        earned.spend_amount_12m,
        earned.orders_count_12m,
        earned_tiers.tier as earned_tier,
        next_tiers.tier as next_tier,
        next_tiers.spend_threshold - earned.spend_amount_12m as amount_to_next_tier,
        next_tiers.orders_threshold - earned.orders_count_12m as orders_to_next_tier
    from earned
    left join tiers as earned_tiers on earned.earned_rank = earned_tiers.tier_rank
    left join tiers as next_tiers on earned.earned_rank + 1 = next_tiers.tier_rank

)

select * from final
