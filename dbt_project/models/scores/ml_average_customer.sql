-- One row per build: the average customer of today, by the features that the words of reasons compare with.
with today as (

    select * from {{ ref('ml_scoring_set') }}
    where split = 'score'

),

average as (

    select
        {% for column in _average_columns(feature_reasons()) %}
            round(avg({{ column }}), 6) as {{ column }},
        {% endfor %}
        count(*) as customers_count
    from today

)

select * from average
