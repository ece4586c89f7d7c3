-- One row per customer and as_of_date with a closed label: what training reads, and all it reads.
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

labelled as (

    select
        features.*,
        labels.is_churned,
        horizon.churn_horizon_days,
        today.history_days,
        today.buyers_count
    from features
    inner join labels
        on
            features.customer_id = labels.customer_id
            and features.as_of_date = labels.as_of_date
    cross join today
    cross join horizon

)

select * from labelled
