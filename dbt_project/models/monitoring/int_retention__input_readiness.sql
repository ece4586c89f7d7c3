-- One row per input: does it have rows, recent rows and rows of enough customers, and what is lost if not?
{% set min_share = setting('min_coverage_share') %}

{# Per input: what is lost without it, and whether every look-back should have rows of it. #}
{% set inputs = {
    'orders': ['no customer can be scored or described', true],
    'order_lines': ['no baskets: the items bought and whole-order returns are not known', true],
    'customers': ['no sign-up date, age, membership or consent: what depends on them is empty', false],
    'products': ['no categories or costs: category mix and margins are not known', false],
    'sessions': ['no browsing: a loss of interest before orders stop is not detected', true],
    'reviews': ['no ratings or texts: dissatisfaction in reviews is not detected', true],
    'service_tickets': ['no complaints: problems with service are not detected', true],
    'campaigns': ['no campaigns: their costs and effects are not known', false],
    'campaign_contacts': ['no contacts: treatment and control are not known, so no effect is measured', true],
    'coupon_redemptions': ['no redemptions: purchases that depend on discounts are not detected', true],
    'returns': ['no credit notes: spend is net only of the returns given in order_lines', false],
} %}

with input_coverage as (

    select * from {{ ref('int_retention__input_coverage') }}

),

rejected_rows as (

    select * from {{ ref('stg_retention__rejected_rows') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

rejected_per_input as (

    select
        input_name,
        count(*) as rejected_rows_count
    from rejected_rows
    group by input_name

),

expectations as (

    {% for name, (cost, is_expected_lately) in inputs.items() %}
        select
            '{{ name }}' as input_name,
            '{{ cost }}' as cost_text,
            {{ is_expected_lately | lower }} as is_expected_lately
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged as (

    select
        input_coverage.*,
        coalesce(rejected_per_input.rejected_rows_count, 0) as rejected_rows_count,
        expectations.cost_text,
        cast(input_coverage.customers_count as double)
        / nullif(input_coverage.todays_customers_count, 0) as coverage_share,
        coalesce(
            expectations.is_expected_lately
            and input_coverage.last_event_date
            < {{ days_from('today.as_of_date', -setting('lookback_days')) }},
            false
        ) as is_stale,
        2 * input_coverage.late_rows_count > input_coverage.rows_count as is_late
    from input_coverage
    inner join expectations on input_coverage.input_name = expectations.input_name
    left join rejected_per_input on input_coverage.input_name = rejected_per_input.input_name
    cross join today

),

graded as (

    select
        *,
        is_stale or is_late or customers_count = 0 or coverage_share < {{ min_share }} as is_thin
    from judged

),

readiness as (

    select
        'input' as subject_type,
        input_name as subject,
        case
            when rows_count = 0 then 'missing'
            when is_thin then 'thin'
            else 'present'
        end as status,
        coverage_share,
        rows_count,
        rejected_rows_count,
        first_event_date as first_date,
        last_event_date as last_date,
        coverage_share as measured_value,
        cast({{ min_share }} as double) as needed_value,
        case
            when rows_count = 0 then cost_text
            when is_late then 'most rows were loaded weeks late, so earlier decision dates cannot use them'
            when is_thin then 'in part: ' || cost_text
        end as what_it_costs,
        case
            when rows_count = 0
                then 'map it, and set the var input_' || input_name || ' to the model; see docs/inputs.md'
            when is_late
                then 'leave loaded_at empty if it holds the date of a backfill; see docs/inputs.md'
            when customers_count = 0
                then
                    'no row belongs to a customer of the latest as_of_date: check that its customer_id has '
                    || 'the format of orders'
            when is_stale
                then 'no rows for {{ setting('lookback_days') }} days: check that it is still loaded'
            when is_thin
                then 'few customers have rows: check the mapping, or collect more of it'
        end as what_to_do
    from graded

)

select * from readiness
