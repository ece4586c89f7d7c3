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

ratios as (

    select distinct
        as_of_date,
        purchase_rate_ratio
    from {{ ref('ml_churn_scores') }}

),

scored as (

    {% call function_rows() %}
        select
            test_set.customer_id,
            test_set.as_of_date,
            challenger.model_version,
            challenger.uses_season,
            {{ score_version('churn', 'challenger.model_version', 'test_set') }} as model_probability
        from test_set
        inner join challenger
            on test_set.as_of_date >= challenger.labels_known_until_date
    {% endcall %}

),

shifted as (

    select
        scored.customer_id,
        scored.as_of_date,
        scored.model_version,
        case
            when scored.uses_season then power(scored.model_probability, ratios.purchase_rate_ratio)
            else scored.model_probability
        end as churn_probability
    from scored
    inner join ratios on scored.as_of_date = ratios.as_of_date

)

select * from shifted
