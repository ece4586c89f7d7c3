-- One row per customer of the test date: the segment of the current model with the nearest centre then.
with percentiles as (

    select * from {{ ref('ml_segment_percentiles') }}
    where split = 'test'

),

champion as (

    select distinct model_version from {{ ref('ml_segment_model') }}
    where model_version is not null

),

scored as (

    {% call function_rows() %}
        select
            percentiles.customer_id,
            percentiles.as_of_date,
            {{ cluster('segments', 'percentiles', version='champion.model_version') }} as segment_number,
            champion.model_version
        from percentiles
        cross join champion
    {% endcall %}

)

select * from scored
