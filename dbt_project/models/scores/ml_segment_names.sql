-- One row per customer segment: its name, and its place in the tree of segments.
-- A segment is named after its centre when it was first formed, so that it keeps its name when the model is
-- retrained. Without amounts the name says nothing about spend.
with segments as (

    select * from {{ ref('ml_segment_model') }}
    where segment_number is not null

),

described as (

    select
        segment_number,
        branch_path,
        branch_distance,
        case when place_frequency_percentile >= 0.5 then 'Frequent buyers' else 'Occasional buyers' end
        || case when place_recency_percentile >= 0.5 then ', active' else ', inactive' end
        || case
            when place_monetary_percentile >= place_frequency_percentile + 0.15 then ', high spend per order'
            when place_monetary_percentile <= place_frequency_percentile - 0.15 then ', low spend per order'
            else ''
        end as description
    from segments

),

named as (

    select
        segment_number,
        case
            when count(*) over (partition by description) = 1 then description
            else description || ' ' || cast(
                row_number() over (
                    partition by description
                    order by segment_number
                ) as {{ dbt.type_string() }}
            )
        end as segment_name,
        branch_path,
        round(branch_distance, 4) as branch_distance
    from described

)

select * from named
