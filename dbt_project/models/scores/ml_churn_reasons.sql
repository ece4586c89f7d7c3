-- One row per warned customer of today and reason: how much the reason moves the score, and in which words.
-- A reason is said only where the condition of one of its sentences holds for the customer.
-- Contributions are in log-odds against the median customer; with 'other' they add up to the score. Exact up
-- to reasons_exact_customers warned customers: what that takes doubles with every group of features.
{% set reasons = feature_reasons() %}

with scoring_set as (

    select * from {{ ref('ml_scoring_set') }}

),

tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

warned as (

    select
        scoring_set.*,
        100 * tiers.churn_probability as churn_percent
    from scoring_set
    inner join tiers
        on
            scoring_set.customer_id = tiers.customer_id
            and scoring_set.as_of_date = tiers.as_of_date
    where tiers.risk_tier <> 'low'

),

average as (

    select * from {{ ref('ml_average_customer') }}

),

precision as (

    select
        cast(
            case
                when count(*) > {{ setting('reasons_exact_customers') }}
                    then {{ setting('reasons_orderings') }}
            end as integer
        ) as orderings
    from warned

),

explained as (

    select
        warned.customer_id,
        warned.as_of_date,
        {{ explain(
            'churn', reasons | map(attribute='features') | list, 'precision.orderings', 'warned'
        ) }} as contributions
    from warned
    cross join precision

),

reasons as (

    {% for reason in reasons %}
        select
            {{ loop.index }} as reason_number,
            '{{ reason.reason }}' as reason
        union all
    {% endfor %}
    select
        {{ reasons | length + 1 }} as reason_number,
        'other' as reason

),

contributed as (

    select
        explained.customer_id,
        explained.as_of_date,
        reasons.reason,
        {{ array_item('explained.contributions', 'reasons.reason_number') }} as contribution_log_odds
    from explained
    cross join reasons

),

worded as (

    select
        contributed.customer_id,
        contributed.as_of_date,
        contributed.reason,
        contributed.contribution_log_odds,
        case contributed.reason
            when 'other' then {{ reason_words(score_sentences(), 'warned') }}
            {% for reason in reasons %}
                when '{{ reason.reason }}' then {{ reason_words(reason.sentences, 'warned') }}
            {% endfor %}
        end as reason_words
    from contributed
    inner join warned
        on
            contributed.customer_id = warned.customer_id
            and contributed.as_of_date = warned.as_of_date
    cross join average

)

select * from worded
