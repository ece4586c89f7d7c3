-- One row per feature family: does it have values for enough customers of the latest as_of_date?
-- A value that is zero counts as none, as in ml_feature_coverage.
{% set min_share = setting('min_coverage_share') %}
{% set text = dbt.type_string() %}

with feature_coverage as (

    select * from {{ ref('ml_feature_coverage') }}

),

judged as (

    select
        *,
        cast(customers_count as double) / nullif(todays_customers_count, 0) as coverage_share
    from feature_coverage

),

readiness as (

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
                then 'the model cannot learn from its ' || cast(features_count as {{ text }}) || ' features'
            when empty_features_count > 0
                then
                    cast(empty_features_count as {{ text }})
                    || ' of its ' || cast(features_count as {{ text }})
                    || ' features are empty for every customer of the latest as_of_date'
            when coverage_share < {{ min_share }}
                then 'it has values for few customers of the latest as_of_date'
        end as what_it_costs,
        case
            when customers_count = 0 or empty_features_count > 0 or coverage_share < {{ min_share }}
                then 'fill the inputs it reads, wait for more history, or remove it from retention_features'
        end as what_to_do
    from judged

)

select * from readiness
