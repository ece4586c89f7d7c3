-- One row per customer of the test date: the challenger's churn probability.
-- Empty without a challenger, or if its labels reach past the test date.
with test_set as (

    select * from {{ ref('ml_scoring_set') }}
    where split = 'test'

),

challenger as (

    select * from {{ ref('ml_churn_versions') }}
    where role = 'challenger'

),

scored as (

    {% call function_rows() %}
        select
            test_set.customer_id,
            test_set.as_of_date,
            challenger.model_version,
            {{ score_version('churn', 'challenger.model_version', 'test_set') }} as churn_probability
        from test_set
        inner join challenger
            on test_set.as_of_date >= challenger.labels_known_until_date
    {% endcall %}

)

select * from scored
