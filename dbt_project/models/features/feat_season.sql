-- One row per customer and as_of_date: the same season one year before, and the usual weekdays and hours.
-- A year is 52 weeks (364 days), so that weekdays match.
{% set weekdays = {
    'orders_share_workday_364d': 'between 1 and 5',
    'orders_share_saturday_364d': '= 6',
    'orders_share_sunday_364d': '= 7',
} %}
{% set hours = {
    'orders_share_night_364d': [0, 5],
    'orders_share_morning_364d': [6, 11],
    'orders_share_afternoon_364d': [12, 17],
    'orders_share_evening_364d': [18, 23],
} %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

history as (

    select * from {{ ref('int_retention__order_history') }}

),

placed as (

    select
        *,
        {{ weekday_number('purchase_date') }} as weekday_number, -- noqa: LT05
        extract(hour from ordered_at) as ordered_hour
    from history

),

counted as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where days_ago <= 28) as orders_count,
        count(*) filter (where days_ago between 365 and 392) as orders_count_year_before,
        count(*) filter (where days_ago between 337 and 364) as orders_count_next_year_before,
        {% for name, condition in weekdays.items() %}
            cast(count(*) filter (where days_ago <= 364 and weekday_number {{ condition }}) as double)
            / nullif(count(*) filter (where days_ago <= 364), 0) as {{ name }},
        {% endfor %}
        {% for name, range in hours.items() %}
            cast(
                count(*) filter (
                    where days_ago <= 364 and ordered_hour between {{ range[0] }} and {{ range[1] }}
                ) as double
            ) / nullif(count(*) filter (where days_ago <= 364), 0)
                as {{ name }},
        {% endfor %}
        max(days_ago) as days_known
    from placed
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(case when counted.days_known >= 365 then counted.orders_count_year_before end as double)
            as orders_count_28d_year_before,
        case
            when counted.days_known >= 365
                then (counted.orders_count + cast(1 as double)) / (counted.orders_count_year_before + 1)
        end as orders_ratio_28d_to_year_before,
        cast(case when counted.days_known >= 337 then counted.orders_count_next_year_before end as double)
            as orders_count_next_28d_year_before,
        {% for name in weekdays.keys() | list + hours.keys() | list %}
            counted.{{ name }},
        {% endfor %}
        sin(2 * pi() * extract(month from spine.as_of_date) / 12) as month_sine,
        cos(2 * pi() * extract(month from spine.as_of_date) / 12) as month_cosine
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date

)

select * from final
