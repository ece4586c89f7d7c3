-- One row per customer of the test date: the segment of today's model whose centre was nearest that morning.
with ranks as (

    select * from {{ ref('ml_segment_percentiles') }}
    where split = 'test'

),

champion as (

    select distinct model_version from {{ ref('ml_segment_model') }}
    where model_version is not null

),

scored as (

    select
        ranks.customer_id,
        ranks.as_of_date,
        {{ cluster('segments', 'ranks', version='champion.model_version') }} as segment_number,
        champion.model_version
    from ranks
    cross join champion

)

select * from scored
