-- One row per customer and as_of_date to be scored: today, and the test date that shows how good scores are.
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
