-- One row per customer and as_of_date with a closed label window: did the customer churn?
-- Labels, by the var churn_definition: no feature may read this model.
with definition_labels as (

    select * from {{ ref('int_retention__definition_labels') }}

),

labels as (

    select
        customer_id,
        as_of_date,
        split,
        purchases_in_horizon_count,
        next_purchase_date,
        is_churned_by_{{ setting('churn_definition') }} as is_churned
    from definition_labels

)

select * from labels
