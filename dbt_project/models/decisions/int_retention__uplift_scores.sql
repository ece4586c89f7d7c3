-- One row per customer of today and action with an uplift model: what the action changes for this customer.
with actions as (

    select * from {{ ref('int_retention__actions') }}

),

uplift_scores as (

    select
        cast(null as {{ dbt.type_string() }}) as customer_id,
        action,
        cast(null as double) as uplift_rate,
        false as is_sleeping_dog
    from actions
    where 1 = 0

)

select * from uplift_scores
