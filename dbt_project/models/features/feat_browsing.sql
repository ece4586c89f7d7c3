-- One row per customer and as_of_date: does the customer still visit the shop, and leave without an order?
-- A visit led to an order if the customer bought on the same day.
{% set windows_days = [7, 28, 84] %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

visits as (

    select * from {{ ref('int_retention__session_history') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

order_days as (

    select distinct
        customer_id,
        as_of_date,
        days_ago
    from orders

),

judged as (

    select
        visits.*,
        order_days.days_ago is not null as has_order,
        coalesce(visits.product_views_count, 0) > 0 as has_views,
        coalesce(visits.cart_adds_count, 0) > 0 as has_cart
    from visits
    left join order_days
        on
            visits.customer_id = order_days.customer_id
            and visits.as_of_date = order_days.as_of_date
            and visits.days_ago = order_days.days_ago

),

counted as (

    select
        customer_id,
        as_of_date,
        cast(min(days_ago) as double) as days_since_last_visit,
        {% for days in windows_days %}
            count(*) filter (where days_ago <= {{ days }}) as visits_count_{{ days }}d,
        {% endfor %}
        count(*) filter (where days_ago between 29 and 56) as visits_count_29d_to_56d,
        {{ exact_sum('duration_seconds', condition='days_ago <= 84') }}
        / nullif(count(duration_seconds) filter (where days_ago <= 84), 0) as visit_seconds_avg_84d,
        cast(sum(product_views_count) filter (where days_ago <= 84) as double)
        / nullif(count(product_views_count) filter (where days_ago <= 84), 0)
            as product_views_per_visit_avg_84d,
        cast(count(*) filter (where days_ago <= 84 and has_views and not has_order) as double)
        / nullif(count(*) filter (where days_ago <= 84 and has_views), 0)
            as views_without_order_share_84d,
        cast(count(*) filter (where days_ago <= 84 and has_cart and not has_order) as double)
        / nullif(count(*) filter (where days_ago <= 84 and has_cart), 0) as abandoned_carts_share_84d
    from judged
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        counted.days_since_last_visit,
        {% for days in windows_days %}
            cast(coalesce(counted.visits_count_{{ days }}d, 0) as double) as visits_count_{{ days }}d,
        {% endfor %}
        cast(coalesce(counted.visits_count_29d_to_56d, 0) as double) as visits_count_29d_to_56d,
        (coalesce(counted.visits_count_28d, 0) + cast(1 as double))
        / (coalesce(counted.visits_count_29d_to_56d, 0) + 1) as visits_ratio_28d_to_previous,
        counted.visit_seconds_avg_84d,
        counted.product_views_per_visit_avg_84d,
        counted.views_without_order_share_84d,
        counted.abandoned_carts_share_84d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date

)

select * from final
