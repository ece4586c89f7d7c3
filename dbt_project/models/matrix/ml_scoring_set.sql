-- One row per customer and as_of_date to be scored: today, and the test date that shows how good scores are.
with features as (

    select * from {{ ref('ml_features') }}

),

to_score as (

    select *
    from features
    where split in ('test', 'score')

)

select * from to_score
