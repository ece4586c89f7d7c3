-- One row per customer of today: the segment whose centre is nearest.
with segment_set as (

    select * from {{ ref('ml_segment_set') }}

),

champion as (

    select distinct model_version from {{ ref('ml_segment_model') }}

),

scored as (

    select
        customer_id,
        as_of_date,
        recency_rank,
        frequency_rank,
        monetary_rank,
        {{ cluster('segments', 'segment_set') }} as segment_number
    from segment_set

),

named as (

    select
        scored.*,
        champion.model_version
    from scored
    cross join champion

)

select * from named
