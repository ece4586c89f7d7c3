-- One row per model version, test date and threshold: which cutoff to use?
with scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'test'

),

labels as (

    select * from {{ ref('int_retention__labels') }}

),

champion as (

    select * from {{ ref('ml_churn_model') }}
    where is_champion

),

thresholds as (

    select
        model_version,
        'best_f1' as threshold_name,
        decision_threshold as threshold
    from champion
    union all
    select
        model_version,
        'best_profit' as threshold_name,
        profit_threshold as threshold
    from champion

),

predicted as (

    select
        scores.model_version,
        scores.as_of_date,
        thresholds.threshold_name,
        thresholds.threshold,
        labels.is_churned,
        scores.churn_probability >= thresholds.threshold as is_predicted
    from scores
    inner join labels
        on
            scores.customer_id = labels.customer_id
            and scores.as_of_date = labels.as_of_date
    inner join thresholds
        on scores.model_version = thresholds.model_version

),

counted as (

    select
        model_version,
        as_of_date,
        threshold_name,
        threshold,
        cast(count(*) as integer) as customers_count,
        cast(count(*) filter (where is_predicted and is_churned) as integer) as true_positives_count,
        cast(count(*) filter (where is_predicted and not is_churned) as integer) as false_positives_count,
        cast(count(*) filter (where not is_predicted and is_churned) as integer) as false_negatives_count,
        cast(count(*) filter (where not is_predicted and not is_churned) as integer) as true_negatives_count
    from predicted
    group by model_version, as_of_date, threshold_name, threshold

),

{% set value = setting('profit_customer_value') %}
{% set offer = setting('profit_offer_value') %}
{% set contact = setting('profit_contact_cost') %}
{% set alpha = setting('profit_save_rate_alpha') %}
{% set beta = setting('profit_save_rate_beta') %}

decisions as (

    select
        model_version,
        as_of_date,
        threshold_name,
        threshold,
        customers_count,
        true_positives_count,
        false_positives_count,
        false_negatives_count,
        true_negatives_count,
        cast(true_positives_count + true_negatives_count as double) / customers_count as accuracy,
        coalesce(
            cast(true_positives_count as double)
            / nullif(true_positives_count + false_positives_count, 0), 0
        ) as precision,
        cast(true_positives_count as double)
        / nullif(true_positives_count + false_negatives_count, 0) as recall,
        cast(2 * true_positives_count as double)
        / nullif(2 * true_positives_count + false_positives_count + false_negatives_count, 0) as f1,
        cast(
            true_positives_count * ({{ alpha / (alpha + beta) * (value - offer) - contact }})
            - false_positives_count * ({{ offer + contact }})
            as double
        ) / customers_count as profit_per_customer
    from counted

)

select * from decisions
