-- One row per customer and as_of_date: the customer's own rhythm, and how unusual the present silence is.
-- A gap is the number of days between two consecutive days with a purchase.
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

purchases as (

    select
        customer_id,
        as_of_date,
        days_ago,
        lag(days_ago) over (
            partition by customer_id, as_of_date
            order by days_ago desc
        ) as previous_days_ago
    from history

),

-- One purchase per day is enough for the gaps.
days as (

    select
        customer_id,
        as_of_date,
        days_ago,
        previous_days_ago - days_ago as gap_days
    from purchases
    where previous_days_ago is null or previous_days_ago > days_ago

),

measured as (

    select
        customer_id,
        as_of_date,
        cast(min(days_ago) as double) as silent_days,
        cast(count(*) as double) as active_days_count_ever,
        cast(count(*) filter (where days_ago <= 364) as double) as active_days_count_364d,
        cast(sum(gap_days) as double) / nullif(count(gap_days), 0) as gap_days_mean,
        cast(median(gap_days) as double) as gap_days_median,
        cast(max(gap_days) as double) as gap_days_max,
        cast(max_by(gap_days, -days_ago) as double) as gap_days_last,
        sqrt(
            greatest(
                cast(sum(gap_days * gap_days) as double) / nullif(count(gap_days), 0)
                - power(cast(sum(gap_days) as double) / nullif(count(gap_days), 0), 2),
                0
            )
        ) as gap_days_deviation
    from days
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        measured.active_days_count_ever,
        measured.active_days_count_364d,
        measured.gap_days_mean,
        measured.gap_days_median,
        measured.gap_days_max,
        measured.gap_days_last,
        measured.gap_days_deviation / nullif(measured.gap_days_mean, 0) as gap_days_cv,
        measured.gap_days_last / nullif(measured.gap_days_mean, 0) as gap_days_last_to_mean,
        measured.silent_days / nullif(measured.gap_days_median, 0) as overdue_ratio_median,
        measured.silent_days / nullif(measured.gap_days_max, 0) as overdue_ratio_max,
        (measured.silent_days - measured.gap_days_mean)
        / nullif(greatest(measured.gap_days_deviation, 1), 0) as overdue_z_score
    from spine
    left join measured
        on
            spine.customer_id = measured.customer_id
            and spine.as_of_date = measured.as_of_date

)

select * from final
