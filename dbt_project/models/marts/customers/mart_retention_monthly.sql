-- One row per cohort (month of the first purchase) and month since then: how many of the cohort bought?
-- A credit without a matching purchase lowers the spend of its own month.
{# In the month of the first purchase a whole cohort is active. #}
{% set shown_count = 'case when is_shown or months_since_first > 0 then active_customers_count else 0 end' %}

with purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

credits as (

    select * from {{ ref('int_retention__unlinked_credits') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

monthly as (

    select
        purchases.customer_id,
        cast({{ dbt.date_trunc('month', 'purchases.purchase_date') }} as date) as purchase_month_date,
        {{ known_sum('purchases.purchase_amount') }} as spend_amount
    from purchases
    inner join today on {{ known_at('purchases', 'today.as_of_date') }}
    group by purchases.customer_id, cast({{ dbt.date_trunc('month', 'purchases.purchase_date') }} as date)

),

firsts as (

    select
        customer_id,
        min(purchase_month_date) as cohort_month_date
    from monthly
    group by customer_id

),

cohorts as (

    select
        cohort_month_date,
        count(*) as customers_count,
        -- The number of all buyers is known: a hidden cohort would be the rest, if it were the only one.
        {{ is_shown_group('count(*)', [], 'cohort_month_date') }} as is_shown
    from firsts
    group by cohort_month_date

),

shop as (

    select count(spend_amount) > 0 as is_amount_known from monthly

),

months as (

    select distinct purchase_month_date from monthly

),

active as (

    select
        firsts.cohort_month_date,
        monthly.purchase_month_date,
        count(*) as active_customers_count,
        {{ known_sum('monthly.spend_amount') }} as spend_amount
    from monthly
    inner join firsts on monthly.customer_id = firsts.customer_id
    group by firsts.cohort_month_date, monthly.purchase_month_date

),

credited as (

    select
        firsts.cohort_month_date,
        cast({{ dbt.date_trunc('month', 'credits.return_date') }} as date) as purchase_month_date,
        {{ exact_sum('credits.credited_amount') }} as credited_amount
    from credits
    inner join today on credits.known_from_date <= today.as_of_date
    inner join firsts on credits.customer_id = firsts.customer_id
    group by firsts.cohort_month_date, cast({{ dbt.date_trunc('month', 'credits.return_date') }} as date)

),

filled as (

    select
        cohorts.cohort_month_date,
        months.purchase_month_date,
        today.as_of_date,
        cohorts.customers_count,
        cohorts.is_shown,
        (extract(year from months.purchase_month_date) - extract(year from cohorts.cohort_month_date)) * 12
        + extract(month from months.purchase_month_date) - extract(month from cohorts.cohort_month_date)
            as months_since_first,
        cast({{ dbt.dateadd('month', 1, 'months.purchase_month_date') }} as date) <= today.as_of_date
            as is_whole_month,
        coalesce(active.active_customers_count, 0) as active_customers_count,
        case
            when active.active_customers_count is null and shop.is_amount_known then 0
            else active.spend_amount
        end - coalesce(credited.credited_amount, 0) as spend_amount
    from cohorts
    cross join today
    cross join shop
    inner join months on cohorts.cohort_month_date <= months.purchase_month_date
    left join active
        on
            cohorts.cohort_month_date = active.cohort_month_date
            and months.purchase_month_date = active.purchase_month_date
    left join credited
        on
            cohorts.cohort_month_date = credited.cohort_month_date
            and months.purchase_month_date = credited.purchase_month_date

),

final as (

    select
        cohort_month_date,
        cast(months_since_first as integer) as months_since_first,
        purchase_month_date,
        as_of_date,
        is_whole_month,
        cast(case when is_shown then customers_count end as bigint) as cohort_customers_count,
        cast({{ hide_small_group('active_customers_count', shown_count) }} as bigint)
            as active_customers_count,
        {{ hide_small_group(
            'round(cast(active_customers_count as double) / customers_count, 6)', shown_count
        ) }} as retention_rate,
        {{ hide_small_group(rounded('spend_amount', 2), shown_count) }} as spend_amount
    from filled

)

select * from final
