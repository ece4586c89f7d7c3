-- One row per cohort (month of the first order), acquisition channel (or all) and month since: what has the
-- cohort spent and earned so far, and has it paid back what it cost to acquire? Whole months only. A credit
-- without a purchase lowers the spend of its own month. Groups of few customers are left out, and so
-- are figures that would reveal the spend of few buyers of a month.
{% set is_all = "acquisition_channel = 'all'" %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

flows as (

    select
        purchases.customer_id,
        cast({{ dbt.date_trunc('month', 'purchases.purchase_date') }} as date) as month_date,
        purchases.purchase_amount as amount,
        true as is_purchase
    from {{ ref('int_retention__purchases') }} as purchases
    inner join today on {{ known_at('purchases', 'today.as_of_date') }}
    union all
    select
        credits.customer_id,
        cast({{ dbt.date_trunc('month', 'credits.return_date') }} as date) as month_date,
        -credits.credited_amount as amount,
        false as is_purchase
    from {{ ref('int_retention__unlinked_credits') }} as credits
    inner join today on credits.known_from_date <= today.as_of_date

),

members as (

    {% for channel in ['acquisition_channel', "'all'"] %}
        select
            customer_id,
            cohort_month_date,
            {{ channel }} as acquisition_channel,
            acquisition_cost_amount
        from {{ ref('int_retention__new_customers') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- The sizes of cohorts add up to all buyers, and those of channels to their cohort.
cohorts as (

    select
        cohort_month_date,
        acquisition_channel,
        cast(count(*) as double) as customers_count,
        {{ exact_sum('acquisition_cost_amount') }} as acquisition_cost_amount,
        count(*) = count(acquisition_cost_amount) as is_cost_known,
        case
            when {{ is_all }} then {{ is_shown_group('count(*)', [is_all], 'cohort_month_date') }}
            else {{ is_shown_group('count(*)', ['cohort_month_date', is_all], 'acquisition_channel') }}
        end as is_shown
    from members
    group by cohort_month_date, acquisition_channel

),

monthly as (

    select
        members.cohort_month_date,
        members.acquisition_channel,
        flows.month_date,
        count(distinct case when flows.is_purchase then flows.customer_id end) as active_count,
        {{ known_sum('flows.amount') }} as month_amount
    from members
    inner join flows on members.customer_id = flows.customer_id
    group by members.cohort_month_date, members.acquisition_channel, flows.month_date

),

months as (

    select distinct flows.month_date
    from flows
    inner join today on cast({{ dbt.dateadd('month', 1, 'flows.month_date') }} as date) <= today.as_of_date

),

grown as (

    select
        cohorts.*,
        min(case when cohorts.{{ is_all }} and not cohorts.is_shown then 0 else 1 end)
            over (partition by cohorts.cohort_month_date) as is_cohort_shown,
        (extract(year from months.month_date) - extract(year from cohorts.cohort_month_date)) * 12
        + extract(month from months.month_date) - extract(month from cohorts.cohort_month_date)
            as months_since_first,
        coalesce(monthly.active_count, 0) as active_count,
        margin.gross_margin_share,
        sum(monthly.month_amount) over (
            partition by cohorts.cohort_month_date, cohorts.acquisition_channel
            order by months.month_date
            rows between unbounded preceding and current row
        ) as spend_amount
    from cohorts
    cross join {{ ref('int_retention__gross_margin') }} as margin
    inner join months on cohorts.cohort_month_date <= months.month_date
    left join monthly
        on
            cohorts.cohort_month_date = monthly.cohort_month_date
            and cohorts.acquisition_channel = monthly.acquisition_channel
            and months.month_date = monthly.month_date

),

paid_back as (

    select
        *,
        spend_amount * gross_margin_share as margin_amount,
        min(
            case
                when is_cost_known and spend_amount * gross_margin_share >= acquisition_cost_amount
                    then months_since_first
            end
        ) over (partition by cohort_month_date, acquisition_channel) as payback_months
    from grown
    where is_shown and is_cohort_shown = 1

)

select
    cohort_month_date,
    acquisition_channel,
    cast(months_since_first as integer) as months_since_first,
    cast(customers_count as bigint) as customers_count,
    {{ hide_small_group(rounded('spend_amount / customers_count', 2), 'active_count') }}
        as spend_per_customer_amount,
    {{ hide_small_group(rounded('margin_amount / customers_count', 2), 'active_count') }}
        as margin_per_customer_amount,
    case when is_cost_known then {{ rounded('acquisition_cost_amount / customers_count', 2) }} end
        as acquisition_cost_per_customer_amount,
    cast(payback_months as integer) as payback_months,
    case
        when payback_months is not null then null
        when not is_cost_known then 'customers have no acquisition_cost, or not all of them'
        when spend_amount is null then 'no purchase has an amount'
        else 'not paid back yet'
    end as no_payback_reason
from paid_back
