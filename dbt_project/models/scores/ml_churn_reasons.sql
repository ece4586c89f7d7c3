-- noqa: disable=LT02
-- One row per warned customer on the latest as_of_date and reason: its contribution, sentence and rank.
-- A reason has a sentence only if the condition of one of its sentences holds for the customer.
-- Contributions are in log-odds against the median customer, and add up to the score. They are exact for up
-- to reasons_exact_customers warned customers: each further group of features doubles the time.
{% set reasons = feature_reasons() %}{% set groups = reasons | map(attribute='features') | list %}

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

    {% call function_rows() %}
        select
            warned.customer_id,
            warned.as_of_date,
            {{ explain('churn', groups, 'precision.orderings', 'warned') }} as contributions
        from warned
        cross join precision
    {% endcall %}

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

),

{# A reason is printed if it raises the risk and one of its sentences holds; other only if no reason does. #}
printable as (

    select
        *,
        case
            when reason_words is null then 2
            when reason = 'other' then 1
            when contribution_log_odds > 0 then 0
            else 2
        end as print_order
    from worded

),

ranked as (

    select
        customer_id,
        as_of_date,
        reason,
        contribution_log_odds,
        reason_words,
        case
            when
                print_order = 0
                or print_order = 1 and min(print_order) over (partition by customer_id, as_of_date) = 1
                then row_number() over (
                    partition by customer_id, as_of_date
                    order by print_order asc, round(contribution_log_odds, 6) desc, reason asc
                )
        end as reason_rank
    from printable

)

select * from ranked
