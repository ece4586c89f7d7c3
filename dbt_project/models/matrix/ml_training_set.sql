-- One row per customer and as_of_date with a closed label window: all that training reads.
-- A large shop is sampled by a hash of the customer to about training_max_rows rows, with all their dates.
{% set buckets = 4096 %}
{% set columns = feature_columns(ref('ml_features')) %}
{% set max_rows = setting('training_max_rows') %}

with features as (

    select * from {{ ref('ml_features') }}

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

season as (

    select * from {{ ref('int_retention__season') }}

),

sizes as (

    select cast(count(*) as double) as rows_count
    from labels

),

feature_drift as (

    select * from {{ ref('ml_feature_drift') }}

),

drifted as (

    select cast(count(*) filter (where drift_status = 'drifted') as integer) as drifted_features_count
    from feature_drift

),

labelled as (

    select
        features.customer_id,
        features.as_of_date,
        {% for column in columns %}
            features.{{ column }},
        {% endfor %}
        labels.is_churned,
        labels.spend_in_horizon_amount,
        -- What was measured may be learned from; on the test date only what was expected is known.
        case
            when season.is_used and labels.split = 'train' then season.season_index
            when season.is_used then season.expected_index
        end as season_index,
        season.note as season_note,
        horizon.churn_horizon_days,
        today.history_days,
        today.buyers_count,
        drifted.drifted_features_count
    from features
    inner join labels
        on
            features.customer_id = labels.customer_id
            and features.as_of_date = labels.as_of_date
    inner join season on labels.as_of_date = season.as_of_date
    cross join today
    cross join horizon
    cross join drifted
    cross join sizes
    where
        {{ hash_bucket('features.customer_id', buckets) }}
        < {{ buckets * max_rows }} / greatest(sizes.rows_count, 1)

)

select * from labelled
