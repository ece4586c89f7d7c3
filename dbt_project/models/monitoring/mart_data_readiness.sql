-- One row per check of the shop's data: is there enough, what is lost if not, and what helps?
-- The checks of models come first, so that a shop without a model sees why.
with readiness as (

    select * from {{ ref('int_retention__model_readiness') }}
    union all
    select * from {{ ref('int_retention__mapping_readiness') }}
    union all
    select * from {{ ref('int_retention__goods_readiness') }}
    union all
    select * from {{ ref('int_retention__time_readiness') }}
    union all
    select * from {{ ref('int_retention__input_readiness') }}
    union all
    select * from {{ ref('int_retention__training_readiness') }}
    union all
    select * from {{ ref('int_retention__link_readiness') }}

)

select
    subject_type,
    subject,
    status,
    round(coverage_share, 6) as coverage_share,
    rows_count,
    rejected_rows_count,
    first_date,
    last_date,
    round(measured_value, 6) as measured_value,
    needed_value,
    what_it_costs,
    what_to_do
from readiness
