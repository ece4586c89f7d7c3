-- One row: the headline figures on the latest as_of_date, and on the scoring date before it that has the same
-- churn definition and horizon. Null = there is no earlier date, or no amounts are known.
with latest as (

    select max(as_of_date) as as_of_date from mart_early_warning

),

published as (

    select
        as_of_date,
        churn_definition,
        churn_horizon_days,
        count(*) as customers_count,
        count(*) filter (where risk_tier <> 'low') as warned_count,
        sum(value_at_risk) filter (where risk_tier <> 'low') as value_at_risk,
        sum(churn_probability) as churners_expected_count
    from mart_early_warning_history
    group by as_of_date, churn_definition, churn_horizon_days

),

today as (

    select published.* from published inner join latest using (as_of_date)

),

before as (

    select published.*
    from published
    inner join today
        on published.as_of_date < today.as_of_date
        and published.churn_definition = today.churn_definition
        and published.churn_horizon_days = today.churn_horizon_days
    qualify row_number() over (order by published.as_of_date desc) = 1

)

select
    today.*,
    round(100.0 * today.warned_count / today.customers_count, 1) as warned_percent,
    before.as_of_date as previous_as_of_date,
    today.customers_count - before.customers_count as customers_change,
    today.warned_count - before.warned_count as warned_change,
    today.value_at_risk - before.value_at_risk as value_at_risk_change,
    today.churners_expected_count - before.churners_expected_count as churners_expected_change
from today
left join before on true
