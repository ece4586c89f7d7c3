-- One row per customer and as_of_date: does the customer buy less often than before?
-- In decayed counts an order counts 0.5 ^ (days ago / half-life); bins are twelve weeks of seven days.
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
        {% for bin in range(bins_count) %}
            count(*) filter (where days_ago between {{ bin * bin_days + 1 }} and {{ (bin + 1) * bin_days }})
                as orders_in_bin_{{ bin }},
        {% endfor %}
        count(*) filter (where days_ago between 85 and 168) as orders_count_85d_to_168d
    from history
    group by customer_id, as_of_date

),

binned as (

    select
        *,
        {% for bin in range(bins_count) %}
            {{ '+ ' if not loop.first }}case when orders_in_bin_{{ bin }} > 0 then 1 else 0 end
        {% endfor %}
            as active_bins_count,
        {# Least squares over bins b, which run back in time: sum(n * (b - mean)) / sum((b - mean)^2). #}
        {% for bin in range(bins_count) %}
            {{ '+ ' if not loop.first }}orders_in_bin_{{ bin }} * ({{ bins_count - 1 - 2 * bin }})
        {% endfor %}
            as orders_by_bin_sum,
        {% for bin in range(bins_count) %}
            {{ '+ ' if not loop.first }}orders_in_bin_{{ bin }} * orders_in_bin_{{ bin }}
        {% endfor %}
            as orders_in_bin_squared_sum
    from counted

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for days in half_lives_days %}
            binned.orders_decayed_{{ days }}d,
        {% endfor %}
        cast(binned.orders_count_29d_to_56d as double) as orders_count_29d_to_56d,
        cast(binned.orders_count_28d as double) / nullif(binned.orders_count_84d, 0)
            as orders_share_28d_of_84d,
        (binned.orders_count_28d + cast(1 as double)) / (binned.orders_count_29d_to_56d + 1)
            as orders_ratio_28d_to_previous,
        (binned.orders_count_84d + cast(1 as double)) / (binned.orders_count_85d_to_168d + 1)
            as orders_ratio_84d_to_previous,
        (binned.days_known - binned.days_silent) / nullif(cast(binned.orders_count - 1 as double), 0)
            as order_gap_days_avg,
        binned.days_silent * (binned.orders_count - 1)
        / nullif(cast(binned.days_known - binned.days_silent as double), 0) as overdue_ratio,
        (binned.days_known - binned.days_silent) / cast(binned.days_known as double)
            as active_span_share,
        cast(coalesce(binned.active_bins_count, 0) as double) as active_bins_count_84d,
        cast(coalesce(binned.orders_by_bin_sum, 0) as double)
        / {{ bins_count * (bins_count * bins_count - 1) // 6 }} as orders_per_bin_slope_84d,
        sqrt(
            cast(
                {{ bins_count }} * binned.orders_in_bin_squared_sum
                - binned.orders_count_84d * binned.orders_count_84d
                as double
            )
        ) / nullif(binned.orders_count_84d, 0) as orders_per_bin_cv_84d
    from spine
    left join binned
        on
            spine.customer_id = binned.customer_id
            and spine.as_of_date = binned.as_of_date

)

select * from final
