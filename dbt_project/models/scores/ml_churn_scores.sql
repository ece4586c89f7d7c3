-- One row per customer and as_of_date (latest and test date): the churn probability from the champion,
-- and the spend that the regression expects.
-- Empty without a champion: the score takes the version as an argument, so that no row is scored without one.
-- If the champion uses the season, its probability p of no purchase becomes p ^ ratio: the ratio of the
-- purchase rate expected on the date to that of the training dates.

with scoring_set as (

    select * from {{ ref('ml_scoring_set') }}

),

champion as (

    select * from {{ ref('ml_churn_model') }}
    where is_champion

),

season as (

    select * from {{ ref('int_retention__season') }}

),

training_dates as (

    select
        as_of_date,
        cast(count(*) as double) as customers_count
    from {{ ref('int_retention__labels') }}
    where split = 'train'
    group by as_of_date

),

-- The rate that the model has learned: the geometric mean over its training rows, as in training.
learned as (

    select
        {{ exact_sum('training_dates.customers_count * ln(season.season_index)', digits=38) }}
        / nullif(sum(case when season.season_index is not null then training_dates.customers_count end), 0)
            as log_rate
    from training_dates
    inner join season on training_dates.as_of_date = season.as_of_date

),

ratios as (

    select
        season.as_of_date,
        coalesce(season.expected_index / exp(learned.log_rate), 1) as purchase_rate_ratio
    from season
    cross join learned

),

scored as (

    {% call function_rows() %}
        select
            scoring_set.customer_id,
            scoring_set.as_of_date,
            scoring_set.split,
            champion.model_version,
            champion.decision_threshold,
            champion.uses_season,
            {{ score_version('value', 'champion.value_model_version', 'scoring_set') }} as usual_spend,
            {{ score_version('churn', 'champion.model_version', 'scoring_set') }} as model_probability
        from scoring_set
        cross join champion
    {% endcall %}

),

shifted as (

    select
        scored.*,
        ratios.purchase_rate_ratio,
        power(scored.model_probability, ratios.purchase_rate_ratio) as season_probability
    from scored
    inner join ratios on scored.as_of_date = ratios.as_of_date

),

chosen as (

    select
        *,
        case when uses_season then season_probability else model_probability end as churn_probability,
        {{ rounded('usual_spend * case when uses_season then purchase_rate_ratio else 1 end', 4) }}
            as regression_value_horizon
    from shifted

),

named as (

    select
        customer_id,
        as_of_date,
        split,
        churn_probability,
        churn_probability >= decision_threshold as is_predicted_churner,
        model_probability,
        season_probability,
        purchase_rate_ratio,
        regression_value_horizon,
        model_version
    from chosen

)

select * from named
