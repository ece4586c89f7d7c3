-- noqa: disable=LT02
-- One row per feature: do the customers of the latest as_of_date look like those of the training dates?
-- A large shop is sampled by a hash of customer and date: about as many rows of each side.
{% set buckets = 4096 %}
{% set date_text = 'cast(features.as_of_date as ' ~ dbt.type_string() ~ ')' %}
{% set customer_and_date = "features.customer_id || ' ' || " ~ date_text %}
{% set max_rows = setting('monitoring_sample_customers') %}
{% set columns = feature_columns(ref('ml_features')) | reject('equalto', 'split') | list %}

with features as (

    select * from {{ ref('ml_features') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}

),

sides as (

    select
        split,
        cast(count(*) as double) as rows_count
    from spine
    where split in ('train', 'score')
    group by split

),

sampled as ( -- noqa: ST03

    select
        features.*,
        case when features.split = 'score' then 'today' else 'reference' end as side
    from features
    inner join sides on features.split = sides.split
    where
        {{ hash_bucket(customer_and_date, buckets) }}
        < {{ buckets * max_rows }} / sides.rows_count

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
