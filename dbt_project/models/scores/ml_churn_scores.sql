-- One row per customer and as_of_date (latest and test date): the churn probability from the champion.
-- Empty without a champion: the score takes the version as an argument, so that no row is scored without one.
-- With churn_prior_shift: season it is shifted by how much more churn there was at that time of last year.
{% set prior_shift = setting('churn_prior_shift') %}

with scoring_set as (

    select * from {{ ref('ml_scoring_set') }}

),

champion as (

    select * from {{ ref('ml_churn_model') }}
    where is_champion

),

season_shifts as (

    select * from {{ ref('ml_season_shifts') }}

),

scored as (

    {% call function_rows() %}
        select
            scoring_set.customer_id,
            scoring_set.as_of_date,
            scoring_set.split,
            champion.model_version,
            champion.decision_threshold,
            {{ score_version('churn', 'champion.model_version', 'scoring_set') }} as model_probability
        from scoring_set
        cross join champion
    {% endcall %}

),

shifted as (

    select
        scored.*,
        {{ shifted_probability('scored.model_probability', 'season_shifts.log_odds_shift') }}
            as season_probability
    from scored
    inner join season_shifts on scored.as_of_date = season_shifts.as_of_date

),

named as (

    select
        shifted.customer_id,
        shifted.as_of_date,
        shifted.split,
        shifted.{{ 'season' if prior_shift == 'season' else 'model' }}_probability as churn_probability,
        shifted.{{ 'season' if prior_shift == 'season' else 'model' }}_probability
        >= shifted.decision_threshold as is_predicted_churner,
        shifted.model_probability,
        shifted.season_probability,
        shifted.model_version
    from shifted

)

select * from named
