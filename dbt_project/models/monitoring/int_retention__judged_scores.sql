-- One row per customer, as_of_date and evidence: predicted probability and outcome, once it is known.
-- Evidence realised: the probability published on that date, from the history. Evidence test: the probability
-- of the champion on the test date. No date is scored again.
with history as (

    select
        *,
        {{ days_from('as_of_date', 'churn_horizon_days') }} as label_window_end_date,
        'realised' as split
    from {{ ref('mart_early_warning_history') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

spine as (

    select history.*
    from history
    inner join today on history.label_window_end_date <= today.as_of_date

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

known_purchases as (

    select
        spine.customer_id,
        spine.as_of_date,
        purchases.purchase_date,
        purchases.purchase_amount
    from spine
    inner join purchases
        on
            spine.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'spine.as_of_date') }}

),

credits as (

    select * from {{ ref('int_retention__unlinked_credits') }}

),

known_credits as (

    select
        spine.customer_id,
        spine.as_of_date,
        credits.return_date,
        credits.credited_amount
    from spine
    inner join credits
        on
            spine.customer_id = credits.customer_id
            and spine.as_of_date >= credits.known_from_date

),

habits as (

    {{ purchase_habits('known_purchases', 'known_credits') | indent(4) }}

),

labels as (

    {{ churn_labels('spine', 'purchases', 'habits') | indent(4) }}

),

test_scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'test'

),

test_labels as (

    select * from {{ ref('int_retention__labels') }}

),

test_segments as (

    select * from {{ ref('ml_past_segment_scores') }}

),

segment_names as (

    select * from {{ ref('ml_segment_names') }}

),

judged as (

    select
        'realised' as evidence,
        spine.as_of_date,
        spine.customer_id,
        spine.model_version,
        spine.churn_probability,
        spine.risk_tier,
        spine.segment_name,
        case spine.churn_definition
            {% for definition in _churn_definitions() %}
                when '{{ definition }}' then labels.is_churned_by_{{ definition }}
            {% endfor %}
        end as is_churned
    from spine
    inner join labels on spine.customer_id = labels.customer_id and spine.as_of_date = labels.as_of_date
    union all
    select
        'test' as evidence,
        test_scores.as_of_date,
        test_scores.customer_id,
        test_scores.model_version,
        round(test_scores.churn_probability, 6) as churn_probability,
        {{ risk_tier('round(test_scores.churn_probability, 6)') }} as risk_tier,
        segment_names.segment_name,
        test_labels.is_churned
    from test_scores
    inner join test_labels
        on
            test_scores.customer_id = test_labels.customer_id
            and test_scores.as_of_date = test_labels.as_of_date
    left join test_segments
        on
            test_scores.customer_id = test_segments.customer_id
            and test_scores.as_of_date = test_segments.as_of_date
    left join segment_names on test_segments.segment_number = segment_names.segment_number

)

select * from judged
