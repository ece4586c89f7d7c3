-- One row per customer and as_of_date to score: the latest as_of_date, and the test date.
{% set columns = feature_columns(ref('ml_features')) %}
with features as (

    select * from {{ ref('ml_features') }}

),

to_score as (

    select
        customer_id,
        {% for column in columns %}
            {{ column }},
        {% endfor %}
        as_of_date
    from features
    where split in ('test', 'score')

)

select * from to_score
