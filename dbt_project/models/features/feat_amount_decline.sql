-- One row per customer and as_of_date: does the customer spend less, in total and per order, than before?
-- Purchases without an amount add nothing to a sum; if none has an amount, the feature is null. Credits
-- without a purchase lower the sums on their own day.
-- In decayed sums a purchase counts 0.5 ^ (days ago / half-life).
{% set half_lives_days = [14, 28, 56, 112] %}
{% set windows = {
    '28d': 'days_ago <= 28', '29d_to_56d': 'days_ago between 29 and 56',
    '84d': 'days_ago <= 84', '85d_to_168d': 'days_ago between 85 and 168',
} %}

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
        {% for days in half_lives_days %}
            {{ known_sum('purchase_amount * power(0.5, days_ago / cast(' ~ days ~ ' as double))', scale=6) }}
                as spend_decayed_{{ days }}d,
        {% endfor %}
        {% for window, condition in windows.items() %}
            {{ known_sum('purchase_amount', condition=condition) }} as spend_{{ window }},
        {% endfor %}
        cast(count(purchase_amount) filter (where days_ago <= 84) as double) as orders_with_amount_84d,
        {{ known_sum('purchase_amount') }} as spend_ever,
        cast(count(purchase_amount) as double) as orders_with_amount_ever,
        max(purchase_amount) as order_amount_max_ever
    from history
    group by customer_id, as_of_date

),

credited as (

    select
        {% for days in half_lives_days %}
            {{ exact_sum('credited_amount * power(0.5, days_ago / cast(' ~ days ~ ' as double))', scale=6) }}
                as credited_decayed_{{ days }}d,
        {% endfor %}
        {% for window, condition in windows.items() %}
            {{ exact_sum('credited_amount', condition=condition) }} as credited_{{ window }},
        {% endfor %}
        customer_id,
        as_of_date,
        {{ exact_sum('credited_amount') }} as credited_ever
    from credits
    group by customer_id, as_of_date

),

{# At least 0: a negative sum would change the sign of a ratio. #}
net as (

    select
        counted.customer_id,
        counted.as_of_date,
        {% for days in half_lives_days %}
            counted.spend_decayed_{{ days }}d - coalesce(credited.credited_decayed_{{ days }}d, 0)
                as spend_decayed_{{ days }}d,
        {% endfor %}
        {% for window in windows.keys() | list + ['ever'] %}
            case
                when counted.spend_{{ window }} <= credited.credited_{{ window }} then 0
                else counted.spend_{{ window }} - coalesce(credited.credited_{{ window }}, 0)
            end as spend_{{ window }},
        {% endfor %}
        counted.orders_with_amount_84d,
        counted.orders_with_amount_ever,
        counted.order_amount_max_ever
    from counted
    left join credited
        on
            counted.customer_id = credited.customer_id
            and counted.as_of_date = credited.as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for days in half_lives_days %}
            net.spend_decayed_{{ days }}d,
        {% endfor %}
        case
            when net.spend_28d > net.spend_84d and net.spend_84d > 0 then 1
            else net.spend_28d / nullif(net.spend_84d, 0)
        end as spend_share_28d_of_84d,
        (net.spend_28d + 1) / (net.spend_29d_to_56d + 1) as spend_ratio_28d_to_previous,
        (net.spend_84d + 1) / (net.spend_85d_to_168d + 1) as spend_ratio_84d_to_previous,
        net.spend_84d / nullif(net.orders_with_amount_84d, 0) as order_amount_avg_84d,
        net.order_amount_max_ever,
        (net.spend_84d / nullif(net.orders_with_amount_84d, 0))
        / nullif(net.spend_ever / nullif(net.orders_with_amount_ever, 0), 0)
            as order_amount_ratio_84d_to_ever
    from spine
    left join net
        on
            spine.customer_id = net.customer_id
            and spine.as_of_date = net.as_of_date

)

select * from final
