-- One row per model that a build trains: is there one, and if not, why?
{% set models = {
    'churn': ['ml_churn_model', 'churn scores, warnings, reasons and chosen actions'],
    'segments': ['ml_segment_model', 'segments'],
} %}
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

readiness as (

    select
        'model' as subject_type,
        subject,
        case
            when model_version is null then 'missing'
            when not_trained_because is not null then 'thin'
            else 'present'
        end as status,
        cast(null as double) as coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        case when model_version is null then 0e0 else 1e0 end as measured_value,
        1e0 as needed_value,
        cast(
            case
                when model_version is null
                    then
                        'no model was trained, so ' || dependent_text || ' are empty: '
                        || not_trained_because
                when not_trained_because is not null
                    then
                        'no new model was trained, and the champion ' || model_version || ' is kept: '
                        || not_trained_because
            end as {{ text }}
        ) as what_it_costs,
        cast(
            case
                when not_trained_because is not null
                    then
                        'see the rows of subject_type training; marts that need no model are complete, '
                        || 'such as campaign effects and baskets. See docs/training.md'
            end as {{ text }}
        ) as what_to_do
    from trained

)

select * from readiness
