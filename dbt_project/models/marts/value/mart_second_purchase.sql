-- One row per kind of group and group of new customers: how many come back for a second order, and by when?
-- Groups: all, month of the first order (cohort), its category with the highest amount, its channel, and the
-- channel that acquired the customer. Several orders on one day count as one. A share within some days
-- counts customers whose first order is at least so long ago. Groups of few customers are left out.
{% set marks = [30, 60, 90, 180] %}
{% set longest = marks | last %}
{% set quantiles = {
    0.25: 'first_quartile_days', 0.5: 'median_days', 0.75: 'third_quartile_days', 0.9: 'window_days',
} %}
{% set text = dbt.type_string() %}
{% set groups = {
    'all': "'all'", 'cohort': 'cast(cohort_month_date as ' ~ text ~ ')', 'category': 'first_category',
    'channel': 'first_channel', 'acquisition_channel': 'acquisition_channel',
} %}

with new_customers as (

    select * from {{ ref('int_retention__new_customers') }}

),

grouped as (

    {% for group_type, group_name in groups.items() %}
        select
            '{{ group_type }}' as group_type,
            {{ group_name }} as group_name,
            observed_days,
            waited_days,
            case when observed_days >= {{ longest }} and waited_days <= {{ longest }} then waited_days end
                as mature_days
        from new_customers
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

measured as (

    select
        group_type,
        group_name,
        count(*) as customers_count,
        {% for mark in marks %}
            nullif(cast(count(*) filter (where observed_days >= {{ mark }}) as double), 0)
                as observed_{{ mark }}d_count,
            count(*) filter (where observed_days >= {{ mark }} and waited_days <= {{ mark }})
                as came_{{ mark }}d_count,
        {% endfor %}
        count(*) filter (where waited_days is null and observed_days < {{ longest }}) as waiting_count,
        count(mature_days) as mature_count,
        {% for share, name in quantiles.items() %}
            percentile_cont({{ share }}) within group (order by mature_days) as {{ name }},
        {% endfor %}
        {{ is_shown_group('count(*)', ['group_type'], 'group_name') }} as is_shown
    from grouped
    group by group_type, group_name

)

select
    group_type,
    group_name,
    customers_count,
    {{ hide_small_group('round(came_30d_count / observed_30d_count, 6)', 'observed_30d_count') }}
        as second_order_30d_share,
    {{ hide_small_group('round(came_60d_count / observed_60d_count, 6)', 'observed_60d_count') }}
        as second_order_60d_share,
    {{ hide_small_group('round(came_90d_count / observed_90d_count, 6)', 'observed_90d_count') }}
        as second_order_90d_share,
    {{ hide_small_group('round(came_180d_count / observed_180d_count, 6)', 'observed_180d_count') }}
        as second_order_180d_share,
    {{ hide_small_group('round(first_quartile_days, 2)', 'mature_count') }} as first_quartile_days,
    {{ hide_small_group('round(median_days, 2)', 'mature_count') }} as median_days,
    {{ hide_small_group('round(third_quartile_days, 2)', 'mature_count') }} as third_quartile_days,
    {{ hide_small_group('round(window_days, 2)', 'mature_count') }} as window_days,
    case
        when
            waiting_count = 0
            or {{ is_shown_group('waiting_count', ['group_type', 'waiting_count = 0'], 'group_name') }}
            then waiting_count
    end as waiting_customers_count
from measured
where is_shown
