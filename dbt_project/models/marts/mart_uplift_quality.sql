-- One row per candidate of the uplift model: does it tell whom a contact keeps from whom it drives away?
with candidates as (

    select * from {{ ref('int_retention__uplift_model') }}

),

uplift_scores as (

    select * from {{ ref('int_retention__uplift_scores') }}

),

scored as (

    select
        cast(count(distinct customer_id) as integer) as scored_customers_count,
        cast(count(distinct case when is_sleeping_dog then customer_id end) as integer) as sleeping_dogs_count
    from uplift_scores

),

quality as (

    select
        candidates.status,
        candidates.candidate,
        candidates.is_champion,
        candidates.model_version,
        cast(candidates.contacts_count as integer) as contacts_count,
        round(candidates.qini, 8) as qini,
        round(candidates.qini_lower, 8) as qini_lower,
        round(candidates.qini_upper, 8) as qini_upper,
        round(candidates.auuc, 8) as auuc,
        case when candidates.is_champion then scored.scored_customers_count else 0 end
            as scored_customers_count,
        case when candidates.is_champion then scored.sleeping_dogs_count else 0 end as sleeping_dogs_count
    from candidates
    cross join scored

)

select * from quality
