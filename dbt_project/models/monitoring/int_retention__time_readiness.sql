-- One row per time setting: is the automatic horizon within its bounds, and is there a purchase before the
-- test date?
{% set text = dbt.type_string() %}
{% set min_days = setting('auto_horizon_min_days') %}
{% set max_days = setting('auto_horizon_max_days') %}
{% set week_days = 7 %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

horizon as (

    select
        *,
        {{ 'true' if setting('churn_horizon_days') == 'auto' else 'false' }} as is_auto,
        ceil(round(gap_days_quantile, 6)) as wanted_days
    from {{ ref('int_retention__horizon') }}

),

test_day as (

    select
        today.first_purchase_date,
        horizon.churn_horizon_days,
        coalesce(
            {{ day_setting('test_date') }},
            {{ on_grid(days_from('today.as_of_date', '-horizon.churn_horizon_days')) }}
        ) as test_date
    from today
    cross join horizon

),

settings as (

    select
        'churn_horizon_days' as subject,
        cast(churn_horizon_days as double) as measured_value,
        coalesce(wanted_days, cast(churn_horizon_days as double)) as needed_value,
        case
            when not is_auto then null
            when gaps_count = 0
                then
                    'no customer bought twice before ' || cast(gaps_known_date as {{ text }})
                    || ': auto has no gap to measure, and uses {{ max_days }} days'
            when wanted_days > {{ max_days }}
                then
                    'the gaps between purchases call for ' || cast(cast(wanted_days as integer) as {{ text }})
                    || ' days, but auto is limited to {{ max_days }}: many customers who only pause '
                    || 'are labelled churned'
            when {{ week_days }} * ceil(wanted_days / {{ week_days }}) < {{ min_days }}
                then
                    'the gaps between purchases call for ' || cast(cast(wanted_days as integer) as {{ text }})
                    || ' days, but auto is limited to {{ min_days }}: churn is detected later than necessary'
        end as cost_text,
        'change auto_horizon_max_days or auto_horizon_min_days, or set churn_horizon_days to a number; '
        || 'see docs/time.md' as remedy_text
    from horizon
    union all
    select
        'test_date' as subject,
        cast({{ days_between('first_purchase_date', 'test_date') }} as double) -- noqa: LT05
            as measured_value,
        cast(1 as double) as needed_value,
        case
            when test_date <= first_purchase_date
                then
                    'the test date would be ' || cast(test_date as {{ text }})
                    || ', but the first purchase is on ' || cast(first_purchase_date as {{ text }})
                    || ': there is no test date, and no model is trained'
        end as cost_text,
        'map older orders, or choose a shorter churn_horizon_days or a later test_date; see docs/time.md'
            as remedy_text
    from test_day

),

readiness as (

    select
        'time' as subject_type,
        subject,
        case when cost_text is null then 'present' else 'thin' end as status,
        cast(null as double) as coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        measured_value,
        needed_value,
        cost_text as what_it_costs,
        case when cost_text is not null then remedy_text end as what_to_do
    from settings

)

select * from readiness
