-- One row per customer and as_of_date: is the customer spending less, or putting less into a basket, than
-- before?
-- Purchases without an amount count for no sum; where none has one, what is made of it is null.
-- Decayed sums weigh each purchase by 0.5 ^ (days ago / half-life).
{% set half_lives_days = [14, 28, 56, 112] %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        {% for days in half_lives_days %}
            {{ known_sum('purchase_amount * power(0.5, days_ago / cast(' ~ days ~ ' as double))', scale=6) }}
                as spend_decayed_{{ days }}d,
        {% endfor %}
        {{ known_sum('purchase_amount', condition='days_ago <= 28') }} as spend_28d,
        {{ known_sum('purchase_amount', condition='days_ago between 29 and 56') }} as spend_29d_to_56d,
        {{ known_sum('purchase_amount', condition='days_ago <= 84') }} as spend_84d,
        {{ known_sum('purchase_amount', condition='days_ago between 85 and 168') }} as spend_85d_to_168d,
        cast(count(purchase_amount) filter (where days_ago <= 84) as double) as orders_with_amount_84d,
        {{ known_sum('purchase_amount') }} as spend_ever,
        cast(count(purchase_amount) as double) as orders_with_amount_ever,
        max(purchase_amount) as order_amount_max_ever
    from history
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for days in half_lives_days %}
            counted.spend_decayed_{{ days }}d,
        {% endfor %}
        counted.spend_28d / nullif(counted.spend_84d, 0) as spend_share_28d_of_84d,
        (counted.spend_28d + 1) / (counted.spend_29d_to_56d + 1) as spend_ratio_28d_to_previous,
        (counted.spend_84d + 1) / (counted.spend_85d_to_168d + 1) as spend_ratio_84d_to_previous,
        counted.spend_84d / nullif(counted.orders_with_amount_84d, 0) as order_amount_avg_84d,
        counted.order_amount_max_ever,
        (counted.spend_84d / nullif(counted.orders_with_amount_84d, 0))
        / nullif(counted.spend_ever / nullif(counted.orders_with_amount_ever, 0), 0)
            as order_amount_ratio_84d_to_ever
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date

)

select * from final
