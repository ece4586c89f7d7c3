-- One row per customer scored on the latest as_of_date and action whose uplift beats chance: the uplift of
-- this customer. A table, because it calls ONNX.
with features as (

    select * from {{ ref('int_retention__decision_features') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}
    where split = 'score'

),

learned as (

    select
        action,
        mean_correction
    from {{ ref('int_retention__uplift_model') }}
    where
        is_champion
        and beats_chance
        and action <> 'all actions'

),

scoring_set as (

    select
        features.*,
        {{ one_hot('learned.action', setting('uplift_actions'), 'is_action') }}
        learned.action,
        learned.mean_correction
    from features
    inner join spine
        on
            features.customer_id = spine.customer_id
            and features.as_of_date = spine.as_of_date
    cross join learned

),

scored as (

    {% call function_rows() %}
        select
            customer_id,
            action,
            mean_correction,
            {{ score('uplift', 'scoring_set') }} as model_uplift_rate
        from scoring_set
    {% endcall %}

),

corrected as (

    select
        customer_id,
        action,
        round(model_uplift_rate + mean_correction, 6) as uplift_rate
    from scored

),

uplift_scores as (

    select
        customer_id,
        action,
        uplift_rate,
        uplift_rate < 0 as is_sleeping_dog
    from corrected

)

select * from uplift_scores
