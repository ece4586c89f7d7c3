-- noqa: disable=LT02
-- One row per feature: do the customers of the latest as_of_date look like those of the training dates?
-- A large shop is sampled by a hash of the customer.
{% set buckets = 4096 %}
{% set max_customers = setting('monitoring_sample_customers') %}
{% set columns = feature_columns(ref('ml_features')) | reject('equalto', 'split') | list %}

with features as (

    select * from {{ ref('ml_features') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}

),

todays as (

    select cast(count(*) as double) as customers_count
    from spine
    where split = 'score'

),

sampled as ( -- noqa: ST03

    select
        features.*,
        case when features.split = 'score' then 'today' else 'reference' end as side
    from features
    cross join todays
    where
        features.split in ('train', 'score')
        and {{ hash_bucket('features.customer_id', buckets) }}
        < {{ buckets * max_customers }} / greatest(todays.customers_count, 1)

),

measured_features as (

    select
        {%- for column in columns %}
            cast({{ column }} as double) as {{ column }},
        {%- endfor %}
        'feature' as subject,
        side
    from sampled

),

figures as (

    {% if columns %}
        select
            subject,
            name,
            side,
            figure
        from measured_features
        unpivot include nulls (figure for name in ({{ columns | join(', ') }}))
    {% else %}
        select
            subject,
            '' as name,
            side,
            cast(null as double) as figure
        from measured_features
        where 1 = 0
    {% endif %}

),

drift as (

    {{ population_drift('figures') | indent(4) }}

),

final as (

    select
        subject,
        name,
        population_stability_index,
        drift_status,
        reference_null_share,
        today_null_share,
        reference_rows_count,
        today_rows_count
    from drift

)

select * from final
