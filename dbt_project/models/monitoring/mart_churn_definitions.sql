-- One row per churn definition: how many customers churn by it, how many come back, and how late is it?
with definition_labels as (

    select * from {{ ref('int_retention__definition_labels') }}

),

outcomes as (

    select * from {{ ref('int_retention__definition_outcomes') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

definitions as (

    {% for definition in _churn_definitions() %}
        select
            '{{ definition }}' as churn_definition,
            {{ 'true' if definition == setting('churn_definition') else 'false' }} as is_in_force
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged as (

    {% for definition in _churn_definitions() %}
        select
            '{{ definition }}' as churn_definition,
            count(distinct as_of_date) as dates_count,
            count(distinct customer_id) as customers_count,
            count(*) as judged_count,
            count(*) filter (where is_churned_by_{{ definition }}) as churned_count
        from definition_labels
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

followed as (

    select
        churn_definition,
        count(*) filter (where is_later_window_closed) as followed_count,
        count(*) filter (where has_bought_again) as bought_again_count,
        count(*) filter (where has_recovered_spend) as recovered_count,
        cast(sum(lead_time_days) as double) / count(*) as lead_time_days_avg,
        cast(median(lead_time_days) as double) as lead_time_days_median
    from outcomes
    group by churn_definition

),

side_by_side as (

    select
        definitions.churn_definition,
        definitions.is_in_force,
        horizon.churn_horizon_days,
        cast(judged.dates_count as integer) as dates_count,
        cast(judged.customers_count as integer) as customers_count,
        judged.judged_count,
        judged.churned_count,
        round(cast(judged.churned_count as double) / nullif(judged.judged_count, 0), 6) as churned_rate,
        coalesce(followed.followed_count, 0) as followed_count,
        round(
            cast(followed.bought_again_count as double) / nullif(followed.followed_count, 0), 6
        ) as false_alarm_rate,
        round(
            cast(followed.recovered_count as double) / nullif(followed.followed_count, 0), 6
        ) as recovered_spend_rate,
        followed.lead_time_days_median,
        round(followed.lead_time_days_avg, 2) as lead_time_days_avg
    from definitions
    cross join horizon
    inner join judged
        on definitions.churn_definition = judged.churn_definition
    left join followed
        on definitions.churn_definition = followed.churn_definition

)

select * from side_by_side
