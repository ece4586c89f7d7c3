-- One row per customer and as_of_date: how recently, how often and for how much the customer bought.
{% set windows_days = [28, 84, 182, 364] %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

credits as (

    select * from {{ ref('int_retention__credit_history') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        cast(min(days_ago) as double) as days_since_last_order,
        cast(max(days_ago) as double) as days_since_first_order,
        {% for days in windows_days %}
            cast(count(*) filter (where days_ago <= {{ days }}) as double) as orders_count_{{ days }}d,
            {{ known_sum('purchase_amount', condition='days_ago <= ' ~ days) }} as spend_sum_{{ days }}d,
        {% endfor %}
        cast(count(purchase_amount) filter (where days_ago <= 364) as double) as orders_with_amount_364d,
        cast(count(*) as double) as orders_count_ever
    from history
    group by customer_id, as_of_date

),

{# Credits without a purchase lower spend on their own day. #}
credited as (

    select
        {% for days in windows_days %}
            {{ exact_sum('credited_amount', condition='days_ago <= ' ~ days) }} as credited_sum_{{ days }}d,
        {% endfor %}
        customer_id,
        as_of_date
    from credits
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        counted.days_since_last_order,
        counted.days_since_first_order,
        counted.orders_count_ever,
        {% for days in windows_days %}
            counted.orders_count_{{ days }}d,
            counted.spend_sum_{{ days }}d - coalesce(credited.credited_sum_{{ days }}d, 0)
                as spend_sum_{{ days }}d,
        {% endfor %}
        (counted.spend_sum_364d - coalesce(credited.credited_sum_364d, 0))
        / nullif(counted.orders_with_amount_364d, 0) as order_amount_avg_364d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date
    left join credited
        on
            spine.customer_id = credited.customer_id
            and spine.as_of_date = credited.as_of_date

)

select * from final
