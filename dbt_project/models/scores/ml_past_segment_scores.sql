-- One row per customer of the test date: the segment of today's model whose centre was nearest that morning.
with ranks as (

    select * from {{ ref('ml_segment_ranks') }}
    where split = 'test'

),

champion as (

    select distinct model_version from {{ ref('ml_segment_model') }}

),

scored as (

    select
        ranks.customer_id,
        ranks.as_of_date,
        {{ cluster('segments', 'ranks') }} as segment_number
    from ranks

),

named as (

    select
        scored.*,
        champion.model_version
    from scored
    cross join champion

)

select * from named
