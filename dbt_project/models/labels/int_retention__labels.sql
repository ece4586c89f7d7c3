-- One row per customer and as_of_date with a closed label window: did the customer churn, and the spend.
-- Labels, by the var churn_definition: no feature may read this model.
-- One training date also has the spend of up to twelve months: the one with the most days until today, the
-- newest of several. It has none if those days are less than two label windows.
{% set year_days = 365 %}

with definition_labels as (

    select * from {{ ref('int_retention__definition_labels') }}

),

snapshots as (

    select * from {{ ref('int_retention__snapshots') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

year_windows as (

    select
        snapshots.as_of_date,
        least({{ days_from('snapshots.as_of_date', year_days) }}, today.as_of_date) as year_window_end_date,
        {{ days_between('snapshots.as_of_date', 'snapshots.label_window_end_date') }} -- noqa: LT05
            as horizon_days
    from snapshots
    cross join today
    where snapshots.split = 'train'

),

longest as (

    select
        as_of_date,
        year_window_end_date,
        horizon_days,
        {{ days_between('as_of_date', 'year_window_end_date') }} as year_window_days -- noqa: LT05
    from year_windows
    qualify row_number() over (
        order by {{ days_between('as_of_date', 'year_window_end_date') }} desc, as_of_date desc -- noqa: LT05
    ) = 1

),

year_window as (

    select
        as_of_date,
        year_window_end_date,
        year_window_days
    from longest
    where year_window_days >= 2 * horizon_days

),

year_spend as (

    select
        year_window.as_of_date,
        purchases.customer_id,
        {{ known_sum('purchases.purchase_amount') }} as spend_in_year_amount
    from year_window
    inner join purchases
        on
            purchases.purchase_date >= year_window.as_of_date
            and purchases.purchase_date < year_window.year_window_end_date
            and {{ is_kept('purchases') }}
    group by year_window.as_of_date, purchases.customer_id

),

labels as (

    select
        definition_labels.customer_id,
        definition_labels.as_of_date,
        definition_labels.split,
        definition_labels.purchases_in_horizon_count,
        definition_labels.next_purchase_date,
        definition_labels.spend_in_horizon_amount,
        definition_labels.is_churned_by_{{ setting('churn_definition') }} as is_churned,
        year_window.year_window_days,
        case
            when year_window.as_of_date is null then null
            when year_spend.customer_id is null then 0
            else year_spend.spend_in_year_amount
        end as spend_in_year_amount
    from definition_labels
    left join year_window on definition_labels.as_of_date = year_window.as_of_date
    left join year_spend
        on
            definition_labels.customer_id = year_spend.customer_id
            and definition_labels.as_of_date = year_spend.as_of_date

)

select * from labels
