-- One row per customer and as_of_date: is the customer buying less often than before?
-- Decayed counts weigh each order by 0.5 ^ (days ago / half-life); bins are twelve weeks of seven days.
{% set half_lives_days = [7, 14, 28, 56, 112] %}
{% set bins_count = 12 %}
{% set bin_days = 7 %}

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
        min(days_ago) as days_silent,
        max(days_ago) as days_known,
        count(*) as orders_count,
        {% for days in half_lives_days %}
            {{ exact_sum('power(0.5, days_ago / cast(' ~ days ~ ' as double))', scale=12) }}
                as orders_decayed_{{ days }}d,
        {% endfor %}
        count(*) filter (where days_ago <= 28) as orders_count_28d,
        count(*) filter (where days_ago between 29 and 56) as orders_count_29d_to_56d,
        count(*) filter (where days_ago <= 84) as orders_count_84d,
        count(*) filter (where days_ago between 85 and 168) as orders_count_85d_to_168d
    from history
    group by customer_id, as_of_date

),

orders_per_bin as (

    select
        customer_id,
        as_of_date,
        cast(floor((days_ago - 1) / {{ bin_days }}) as integer) as bins_ago,
        count(*) as orders_count
    from history
    where days_ago <= {{ bins_count * bin_days }}
    group by customer_id, as_of_date, cast(floor((days_ago - 1) / {{ bin_days }}) as integer)

),

binned as (

    select
        customer_id,
        as_of_date,
        cast(count(*) as double) as active_bins_count_84d,
        {# Least squares over all bins, empty ones too: sum(n * (b - mean b)) / sum((b - mean b)^2). #}
        cast(sum(orders_count * ({{ bins_count - 1 }} - 2 * bins_ago)) as double)
        / {{ bins_count * (bins_count * bins_count - 1) // 6 }} as orders_per_bin_slope_84d,
        sqrt(
            cast(
                {{ bins_count }} * sum(orders_count * orders_count) - sum(orders_count) * sum(orders_count)
                as double
            )
        ) / sum(orders_count) as orders_per_bin_cv_84d
    from orders_per_bin
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for days in half_lives_days %}
            counted.orders_decayed_{{ days }}d,
        {% endfor %}
        cast(counted.orders_count_29d_to_56d as double) as orders_count_29d_to_56d,
        cast(counted.orders_count_28d as double) / nullif(counted.orders_count_84d, 0)
            as orders_share_28d_of_84d,
        (counted.orders_count_28d + cast(1 as double)) / (counted.orders_count_29d_to_56d + 1)
            as orders_ratio_28d_to_previous,
        (counted.orders_count_84d + cast(1 as double)) / (counted.orders_count_85d_to_168d + 1)
            as orders_ratio_84d_to_previous,
        (counted.days_known - counted.days_silent) / nullif(cast(counted.orders_count - 1 as double), 0)
            as order_gap_days_avg,
        counted.days_silent * (counted.orders_count - 1)
        / nullif(cast(counted.days_known - counted.days_silent as double), 0) as overdue_ratio,
        (counted.days_known - counted.days_silent) / cast(counted.days_known as double)
            as active_span_share,
        coalesce(binned.active_bins_count_84d, 0) as active_bins_count_84d,
        coalesce(binned.orders_per_bin_slope_84d, 0) as orders_per_bin_slope_84d,
        binned.orders_per_bin_cv_84d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date
    left join binned
        on
            spine.customer_id = binned.customer_id
            and spine.as_of_date = binned.as_of_date

)

select * from final
