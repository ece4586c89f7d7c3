-- One row per risk tier, of the newest date with known outcomes: observed churn rate, and its ratio to the average.
with newest as (

    select *
    from mart_realised_performance
    qualify rank() over (order by as_of_date desc, evidence) = 1

),

average as (

    select churn_rate from newest where group_type = 'all'

)

select
    newest.group_name as risk_tier,
    newest.as_of_date,
    newest.customers_count,
    newest.churners_count,
    newest.churn_probability_avg,
    newest.churn_rate,
    average.churn_rate as average_churn_rate,
    newest.churn_rate / nullif(average.churn_rate, 0) as lift
from newest
cross join average
where newest.group_type = 'risk_tier'
order by newest.churn_probability_avg desc
