-- noqa: disable=LT02
-- One row per build: the averages that sentences of reasons compare a customer with.
-- A sentence without a condition holds on the side of the average where more customers churned.
{% do _check_sentence_columns(feature_reasons(), feature_columns(ref('ml_scoring_set'))) %}
{% set columns = _average_columns(feature_reasons()) %}
{% set side = 'risk_side_of_' %}

with today as (

    select * from {{ ref('ml_scoring_set') }}
    where split = 'score'

),

tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

labelled as (

    select * from {{ ref('ml_training_set') }}

),

scored as (

    select round(100 * avg(churn_probability), 6) as churn_percent
    from tiers

),

sides as (

    select
        {% for column in columns if column.startswith(side) %}
            {{ _churn_side(column[side | length:]) }} as {{ column }},
        {% endfor %}
        count(*) as labelled_count,
        count(*) filter (where is_churned) as churners_count
    from labelled

),

means as (

    select
        {% for column in columns if not column.startswith(side) %}
            round(avg({{ column }}), 6) as {{ column }},
        {% endfor %}
        count(*) as customers_count
    from today

),

average as (

    select
        {% for column in columns %}
            {{ 'sides' if column.startswith(side) else 'means' }}.{{ column }},
        {% endfor %}
        scored.churn_percent,
        means.customers_count
    from means
    cross join scored
    cross join sides

)

select * from average
