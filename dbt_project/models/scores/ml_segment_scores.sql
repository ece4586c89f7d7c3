-- One row per customer on the latest as_of_date: the segment with the nearest centre.
with segment_set as (

    select * from {{ ref('ml_segment_set') }}

),

champion as (

    select distinct model_version from {{ ref('ml_segment_model') }}
    where model_version is not null

),

scored as (

    {% call function_rows() %}
        select
            segment_set.customer_id,
            segment_set.as_of_date,
            segment_set.recency_percentile,
            segment_set.frequency_percentile,
            segment_set.monetary_percentile,
            {{ cluster('segments', 'segment_set', version='champion.model_version') }} as segment_number,
            champion.model_version
        from segment_set
        cross join champion
    {% endcall %}

)

select * from scored
