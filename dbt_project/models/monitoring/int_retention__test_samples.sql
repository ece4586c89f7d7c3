-- One row per model version, test date, left-out group and customer of the other groups.
-- The samples of a delete-a-group jackknife over twenty random groups of customers (Kott 2001); group -1
-- leaves no customer out.
{{ config(materialized='view') }}
{% set groups_count = 20 %}

with scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'test'

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

judged as (

    select
        scores.model_version,
        scores.as_of_date,
        scores.customer_id,
        -- Rounded as in mart_realised_performance, so that both have the same ties.
        round(scores.churn_probability, 6) as churn_probability,
        scores.model_probability,
        scores.season_probability,
        scores.is_predicted_churner,
        case when labels.is_churned then 1 else 0 end as churned,
        {{ hash_bucket('scores.customer_id', groups_count) }} as customer_group
    from scores
    inner join labels
        on
            scores.customer_id = labels.customer_id
            and scores.as_of_date = labels.as_of_date

),

left_out as (

    {% for number in range(-1, groups_count) %}
        select {{ number }} as left_out_group{{ ' union all' if not loop.last }}
    {% endfor %}

),

samples as (

    select
        judged.model_version,
        judged.as_of_date,
        left_out.left_out_group,
        judged.customer_id,
        judged.churn_probability,
        judged.model_probability,
        judged.season_probability,
        judged.is_predicted_churner,
        judged.churned
    from judged
    cross join left_out
    where judged.customer_group <> left_out.left_out_group

)

select * from samples
