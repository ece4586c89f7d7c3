-- One row per feature: do today's customers look like those of the training dates? Of many customers a sample is looked
-- at, chosen by hash.
{% set buckets = 4096 %}
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
        < {{ buckets * var('monitoring_sample_customers') }} / greatest(todays.customers_count, 1)

),

figures as (

    {% for column in columns %}
        select
            'feature' as subject,
            '{{ column }}' as name,
            side,
            cast({{ column }} as double) as figure
        from sampled
        {{ 'union all' if not loop.last }}
    {% else %}
        select
            'feature' as subject,
            '' as name,
            side,
            cast(null as double) as figure
        from sampled
        where 1 = 0
    {% endfor %}

),

{{ drift_ctes() }}

select * from drift
