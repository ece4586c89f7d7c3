-- One row per customer and as_of_date with a closed label window: churned or not, by each churn definition.
-- The answers: no feature may read this model. Purchases that were sent back whole do not count in the
-- window.
-- definition_label_ctes says what each definition goes by. One date at a time: all at once take much memory.
{{ config(materialized='by_date') }}

with spine as (

    select
        spine.*,
        horizon.churn_horizon_days
    from {{ ref('int_retention__spine') }} as spine
    cross join {{ ref('int_retention__horizon') }} as horizon
    where spine.split in ('train', 'test')

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

habits as (

    select * from {{ ref('int_retention__purchase_habits') }}

),

{{ definition_label_ctes() }}

select * from labels
