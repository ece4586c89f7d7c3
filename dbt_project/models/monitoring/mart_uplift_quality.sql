-- One row per candidate of the uplift model and action (or all actions): does it rank customers by effect?
-- Measured within campaigns, so that differences between actions do not count.
with candidates as (

    select * from {{ ref('int_retention__uplift_model') }}

),

uplift_scores as (

    select * from {{ ref('int_retention__uplift_scores') }}

),

scored as (

    select
        'all actions' as action,
        count(distinct customer_id) as scored_customers_count,
        count(distinct case when is_sleeping_dog then customer_id end) as sleeping_dogs_count
    from uplift_scores
    union all
    select
        action,
        count(distinct customer_id) as scored_customers_count,
        count(distinct case when is_sleeping_dog then customer_id end) as sleeping_dogs_count
    from uplift_scores
    group by action

),

quality as (

    select
        candidates.status,
        candidates.candidate,
        candidates.action,
        candidates.is_champion,
        candidates.beats_chance as is_better_than_chance,
        candidates.model_version,
        cast(candidates.contacts_count as integer) as contacts_count,
        round(candidates.qini, 8) as qini,
        round(candidates.qini_lower, 8) as qini_lower,
        round(candidates.qini_upper, 8) as qini_upper,
        round(candidates.auuc, 8) as auuc,
        cast(coalesce(scored.scored_customers_count, 0) as integer) as scored_customers_count,
        cast(coalesce(scored.sleeping_dogs_count, 0) as integer) as sleeping_dogs_count
    from candidates
    left join scored
        on
            candidates.is_champion
            and candidates.action = scored.action

)

select * from quality
