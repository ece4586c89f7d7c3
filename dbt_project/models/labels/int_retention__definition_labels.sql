-- One row per customer and as_of_date with a closed label window: churned or not, by each churn definition.
-- Labels: no feature may read this model. A purchase that was returned completely does not count.
-- The macro churn_labels has the rule of each definition. One as_of_date at a time, to save memory.
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

labels as (

    {{ churn_labels('spine', 'purchases', 'habits') | indent(4) }}

),

final as (

    select
        customer_id,
        as_of_date,
        split,
        label_window_end_date,
        last_purchase_date,
        rhythm_days,
        cadence_end_date,
        usual_spend_amount,
        purchases_in_horizon_count,
        next_purchase_date,
        spend_in_horizon_amount,
        is_churned_by_fixed_horizon,
        is_churned_by_personal_cadence,
        is_churned_by_spend_decline
    from labels

)

select * from final
