-- One row per model that a build trains, for the method of expected value, and per feature family: is there a
-- model, and if not, why? What is the error of the method, relative to that of the naive rate? Does the
-- family have values for enough customers of the latest as_of_date? A value that is zero counts as none.
{% set models = {
    'churn': ['ml_churn_model', 'churn scores, warnings, reasons and chosen actions'],
    'segments': ['ml_segment_model', 'segments'],
} %}
{% set min_share = setting('min_coverage_share') %}
{% set text = dbt.type_string() %}

with trained as (

    {% for name, (table, dependents) in models.items() %}
        select
            '{{ name }}' as subject,
            '{{ dependents }}' as dependent_text,
            max(model_version) as model_version,
            max(not_trained_because) as not_trained_because
        from {{ ref(table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

methods as (

    select * from {{ ref('ml_value_methods') }}
    where is_chosen

),

feature_coverage as (

    select * from {{ ref('ml_feature_coverage') }}

),

shares as (

    select
        *,
        cast(customers_count as double) / nullif(todays_customers_count, 0) as coverage_share
    from feature_coverage

),

models_and_families as (

    select
        'model' as subject_type,
        subject,
        case
            when model_version is null then 'missing'
            when not_trained_because is not null then 'thin'
            else 'present'
        end as status,
        cast(null as double) as coverage_share,
        case when model_version is null then 0e0 else 1e0 end as measured_value,
        1e0 as needed_value,
        case
            when model_version is null
                then 'no model was trained, so ' || dependent_text || ' are empty: ' || not_trained_because
            else
                'no new model was trained, and the champion ' || model_version || ' is kept: '
                || not_trained_because
        end as cost_text,
        'see the rows of subject_type training; marts that need no model are complete, '
        || 'such as campaign effects and baskets. See docs/training.md' as remedy_text
    from trained
    union all
    select
        'model' as subject_type,
        'expected value by ' || method as subject,
        case when customers_count = 0 then 'thin' else 'present' end as status,
        cast(null as double) as coverage_share,
        error_to_naive as measured_value,
        1e0 as needed_value,
        'the method of expected value was not tested: no test date has customers with known spend'
            as cost_text,
        'map order_amount, or wait for more history. See docs/value.md' as remedy_text
    from methods
    union all
    select
        'feature family' as subject_type,
        feature_family as subject,
        case
            when customers_count = 0 then 'missing'
            when coverage_share < {{ min_share }} or empty_features_count > 0 then 'thin'
            else 'present'
        end as status,
        coverage_share,
        coverage_share as measured_value,
        cast({{ min_share }} as double) as needed_value,
        case
            when features_count = 0 then 'it has no features, because the vars of its inputs are not set'
            when customers_count = 0
                then 'the model cannot learn from its ' || cast(features_count as {{ text }}) || ' features'
            when empty_features_count > 0
                then
                    cast(empty_features_count as {{ text }})
                    || ' of its ' || cast(features_count as {{ text }})
                    || ' features are empty for every customer of the latest as_of_date'
            else 'it has values for few customers of the latest as_of_date'
        end as cost_text,
        'fill the inputs it reads, wait for more history, or remove it from retention_features'
            as remedy_text
    from shares

)

select
    subject_type,
    subject,
    status,
    coverage_share,
    cast(null as bigint) as rows_count,
    cast(null as bigint) as rejected_rows_count,
    cast(null as date) as first_date,
    cast(null as date) as last_date,
    measured_value,
    needed_value,
    cast(case when status <> 'present' then cost_text end as {{ text }}) as what_it_costs,
    cast(case when status <> 'present' then remedy_text end as {{ text }}) as what_to_do
from models_and_families
