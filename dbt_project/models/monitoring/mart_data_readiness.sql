-- One row per model, input, feature family, condition of training, link and order status, and one for
-- amounts: is there enough, and what does a lack cost? It is also there when there is too little to train a
-- model, and then says so first.
{% set min_share = number_var('min_coverage_share', 0, 1) %}
{% set min_buyers = number_var('min_buyers', 1, 1000000000, whole=true) %}
{% set min_history_days = number_var('min_history_days', 1, 100000, whole=true) %}
{% set min_churners = number_var('min_training_churners', 1, 1000000000, whole=true) %}
{% set min_linked_share = number_var('min_linked_share', 0, 1) %}

{# Per input, what is lost without it, and whether it should have rows in every look-back. #}
{% set inputs = {
    'orders': ['nothing can be said about any customer', true],
    'order_lines': ['no baskets: what people buy, and whole orders sent back, are not seen', true],
    'customers': ['no sign-up date, age, membership or consent: nobody can be told apart by them', false],
    'products': ['no categories or costs: the mix of baskets and margins are not seen', false],
    'sessions': ['no browsing: interest that fades before orders do is not seen', true],
    'reviews': ['no ratings or texts: dissatisfaction that is written down is not seen', true],
    'service_tickets': ['no complaints: trouble with service is not seen', true],
    'campaigns': ['no campaigns: their cost and effect cannot be told', false],
    'campaign_contacts': ['no contacts: who was addressed or held out is not known, so no effect is measured', true],
    'coupon_redemptions': ['no redemptions: how much a customer buys for the discount is not seen', true],
    'returns': ['no credit notes: spend is net only of what order_lines gives as returned', false],
} %}
{% set text = _input_types().text.sql %}

with input_coverage as (

    select * from {{ ref('int_retention__input_coverage') }}

),

feature_coverage as (

    select * from {{ ref('ml_feature_coverage') }}

),

parent_coverage as (

    select * from {{ ref('int_retention__parent_coverage') }}

),

status_coverage as (

    select * from {{ ref('int_retention__status_coverage') }}

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

input_words as (

    {% for name, words in inputs.items() %}
        select
            '{{ name }}' as input_name,
            '{{ words[0] }}' as cost_words,
            {{ 'true' if words[1] else 'false' }} as is_expected_lately
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged_inputs as (

    select
        input_coverage.*,
        input_words.cost_words,
        cast(input_coverage.customers_count as double) / nullif(input_coverage.todays_customers_count, 0)
            as coverage_share,
        coalesce(
            input_words.is_expected_lately
            and input_coverage.last_event_date < {{ days_from('today.as_of_date', -lookback_days()) }},
            false
        ) as is_stale,
        2 * input_coverage.late_rows_count > input_coverage.rows_count as is_late
    from input_coverage
    inner join input_words
        on input_coverage.input_name = input_words.input_name
    cross join today

),

graded_inputs as (

    select
        *,
        is_stale or is_late or customers_count = 0 or coverage_share < {{ min_share }} as is_lacking
    from judged_inputs

),

input_rows as (

    select
        'input' as subject_type,
        input_name as subject,
        case
            when rows_count = 0 then 'missing'
            when is_lacking then 'thin'
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
            when rows_count = 0 then cost_words
            when is_late then 'most rows were loaded weeks late: dates before that know nothing of them'
            when is_lacking then 'in part: ' || cost_words
        end as what_it_costs,
        case
            when rows_count = 0
                then 'map it, and point the var input_' || input_name || ' at it; see docs/inputs.md'
            when is_late
                then
                    'leave loaded_at empty where it is the day of a backfill; see docs/inputs.md'
            when customers_count = 0
                then 'no row belongs to a customer of today: check that its ids are those of orders'
            when is_stale
                then 'nothing came in for {{ lookback_days() }} days: check that it is still loaded'
            when is_lacking
                then 'few customers of today have any: check the mapping, or collect more of it'
        end as what_to_do
    from graded_inputs

),

judged_families as (

    select
        *,
        cast(customers_count as double) / nullif(todays_customers_count, 0) as coverage_share
    from feature_coverage

),

family_rows as (

    select
        'feature family' as subject_type,
        feature_family as subject,
        case
            when customers_count = 0 then 'missing'
            when coverage_share < {{ min_share }} or empty_features_count > 0 then 'thin'
            else 'present'
        end as status,
        coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        coverage_share as measured_value,
        cast({{ min_share }} as double) as needed_value,
        case
            when customers_count = 0
                then 'the model learns nothing from its ' || cast(features_count as {{ text }}) || ' features'
            when empty_features_count > 0
                then
                    cast(empty_features_count as {{ text }})
                    || ' of its ' || cast(features_count as {{ text }})
                    || ' features are empty for every customer of today'
            when coverage_share < {{ min_share }}
                then 'it says something about few customers of today only'
        end as what_it_costs,
        case
            when customers_count = 0 or empty_features_count > 0 or coverage_share < {{ min_share }}
                then 'fill the inputs it reads, wait for history, or take it off retention_features'
        end as what_to_do
    from judged_families

),

judged_links as (

    select
        *,
        cast(linked_rows_count as double) / rows_count as linked_share
    from parent_coverage

),

link_rows as (

    select
        'link' as subject_type,
        input_name || '.' || column_name || ' to ' || parent_name as subject,
        case when linked_share < {{ min_linked_share }} then 'thin' else 'present' end as status,
        linked_share as coverage_share,
        rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        linked_share as measured_value,
        cast({{ min_linked_share }} as double) as needed_value,
        case
            when linked_share < {{ min_linked_share }}
                then
                    cast(rows_count - linked_rows_count as {{ text }})
                    || ' of ' || cast(rows_count as {{ text }})
                    || ' rows name what is not in ' || parent_name || ', such as ' || example_id
        end as what_it_costs,
        case
            when linked_share < {{ min_linked_share }}
                then 'check that both inputs write ' || column_name || ' alike, and that none is cut off'
        end as what_to_do
    from judged_links

),

status_rows as (

    select
        'order status' as subject_type,
        coalesce(order_status, '(none)') as subject,
        case when is_purchase then 'present' else 'excluded' end as status,
        orders_share as coverage_share,
        orders_count as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        orders_share as measured_value,
        cast(0 as double) as needed_value,
        case when not is_purchase then 'orders of this status are no purchases' end as what_it_costs,
        case
            when not is_purchase
                then 'nothing, or take it off void_order_statuses where they are; see docs/inputs.md'
        end as what_to_do
    from status_coverage

),

answers as (

    select
        count(*) filter (where split = 'train' and is_churned) as churned_count,
        count(*) filter (where split = 'train' and not is_churned) as stayed_count,
        least(
            count(*) filter (where split = 'test' and is_churned),
            count(*) filter (where split = 'test' and not is_churned)
        ) as test_answers_count
    from labels

),

folds as (

    select count(distinct later_dates.as_of_date) as validation_dates_count
    from snapshots as later_dates
    inner join snapshots as closed_dates
        on closed_dates.label_window_end_date <= later_dates.as_of_date
    where
        later_dates.split = 'train'
        and closed_dates.split = 'train'

),

conditions as (

    select
        'buyers' as subject,
        today.buyers_count as measured_value,
        {{ min_buyers }} as needed_value,
        'customers who ever bought' as unit_words,
        'map older orders, or wait for more customers; the threshold is the var min_buyers' as remedy_words
    from today
    union all
    select
        'history_days' as subject,
        today.history_days as measured_value,
        {{ min_history_days }} as needed_value,
        'days from the first purchase to today' as unit_words,
        'map older orders, or wait; the threshold is the var min_history_days' as remedy_words
    from today
    union all
    select
        'churned_in_training' as subject,
        answers.churned_count as measured_value,
        {{ min_churners }} as needed_value,
        'training rows that churned' as unit_words,
        'more customers or dates, or a smaller churn_horizon_days; the var is min_training_churners'
            as remedy_words
    from answers
    union all
    select
        'stayed_in_training' as subject,
        answers.stayed_count as measured_value,
        {{ min_churners }} as needed_value,
        'training rows that stayed' as unit_words,
        'more customers or dates, or a longer churn_horizon_days; the var is min_training_churners'
            as remedy_words
    from answers
    union all
    select
        'validation_dates' as subject,
        folds.validation_dates_count as measured_value,
        1 as needed_value,
        'training dates with a label window closed before them' as unit_words,
        'more history is needed, or a smaller churn_horizon_days or lookback_days' as remedy_words
    from folds
    union all
    select
        'test_answers' as subject,
        answers.test_answers_count as measured_value,
        1 as needed_value,
        'customers in the smaller class, churned or stayed, of the test date' as unit_words,
        'more history or customers are needed, or another churn_horizon_days' as remedy_words
    from answers

),

condition_rows as (

    select
        'training' as subject_type,
        subject,
        case
            when measured_value >= needed_value then 'present'
            when measured_value = 0 then 'missing'
            else 'thin'
        end as status,
        cast(null as double) as coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        cast(measured_value as double) as measured_value,
        cast(needed_value as double) as needed_value,
        case
            when measured_value < needed_value
                then
                    'no model is trained: ' || cast(measured_value as {{ text }}) || ' ' || unit_words
                    || ', at least ' || cast(needed_value as {{ text }}) || ' needed'
        end as what_it_costs,
        case when measured_value < needed_value then remedy_words end as what_to_do
    from conditions

),

model_rows as (

    select * from {{ ref('int_retention__model_readiness') }}

),

amount_rows as (

    select * from {{ ref('int_retention__amount_coverage') }}

),

consent_rows as (

    select * from {{ ref('int_retention__consent_coverage') }}

),

goods_rows as (

    select * from {{ ref('int_retention__goods_coverage') }}

),

time_rows as (

    select * from {{ ref('int_retention__time_coverage') }}

),

readiness as (

    select * from model_rows
    union all
    select * from consent_rows
    union all
    select * from goods_rows
    union all
    select * from time_rows
    union all
    select * from input_rows
    union all
    select * from amount_rows
    union all
    select * from family_rows
    union all
    select * from condition_rows
    union all
    select * from link_rows
    union all
    select * from status_rows

)

select
    subject_type,
    subject,
    status,
    round(coverage_share, 6) as coverage_share,
    rows_count,
    rejected_rows_count,
    first_date,
    last_date,
    round(measured_value, 6) as measured_value,
    needed_value,
    what_it_costs,
    what_to_do
from readiness
