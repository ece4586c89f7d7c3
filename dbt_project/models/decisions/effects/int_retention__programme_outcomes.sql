-- noqa: disable=LT05
-- One row per month and customer who could get a contact in it: the profit of the month, and what was known
-- before it, as int_retention__campaign_moments adds it up. Customers drawn for the holdout are the controls,
-- all others are treated, contacted or not. A month counts if it has ended, and a contact was made in it or
-- in the effect window before it. has_control is false where too many controls were contacted.
{% set window_days = effect_window_days('horizon') %}
{% set month_days = days_between('drawn.month_date', 'drawn.month_end_date') %}
{% set known_days = days_between('drawn.first_date', 'drawn.month_date') %}
{% set days_since = days_between('drawn.last_date', 'drawn.month_date') %}
with contacts as (

    select
        contacts.customer_id,
        cast(contacts.contacted_at as date) as contact_date,
        campaigns.contact_cost_amount
    from {{ ref('stg_retention__campaign_contacts') }} as contacts
    left join {{ ref('stg_retention__campaigns') }} as campaigns
        on contacts.campaign_id = campaigns.campaign_id
    where contacts.contacted_at is not null

),

months as (

    select distinct
        cast({{ dbt.date_trunc('month', 'purchase_date') }} as date) as month_date,
        cast({{ dbt.dateadd('month', 1, dbt.date_trunc('month', 'purchase_date')) }} as date)
            as month_end_date
    from {{ ref('int_retention__purchases') }}

),

-- Contacts that may act in a month, per customer; their cost is that of the month itself.
contacted as (

    select
        months.month_date,
        months.month_end_date,
        contacts.customer_id,
        {{ exact_sum(
            'contacts.contact_cost_amount', condition='contacts.contact_date >= months.month_date'
        ) }} as cost_amount,
        count(*) = count(contacts.contact_cost_amount) as is_cost_known
    from months
    cross join {{ ref('int_retention__horizon') }} as horizon
    inner join {{ ref('int_retention__today') }} as today on months.month_end_date <= today.as_of_date
    inner join contacts
        on
            months.month_end_date > contacts.contact_date
            and contacts.contact_date >= {{ days_from('months.month_date', '-' ~ window_days) }}
    group by months.month_date, months.month_end_date, contacts.customer_id

),

active as (

    select
        month_date,
        month_end_date,
        min(case when is_cost_known then 1 else 0 end) as is_cost_known
    from contacted
    group by month_date, month_end_date

),

drawn as (

    select
        active.month_date,
        active.month_end_date,
        purchases.customer_id,
        {{ is_held_out('purchases.customer_id', setting('holdout_share')) }} as is_holdout,
        {{ exact_sum('purchases.purchase_amount', condition=known_at('purchases', 'active.month_date')) }}
            as spend_before,
        min(case when {{ known_at('purchases', 'active.month_date') }} then purchases.purchase_date end)
            as first_date,
        max(case when {{ known_at('purchases', 'active.month_date') }} then purchases.purchase_date end)
            as last_date,
        {{ exact_sum(
            'purchases.purchase_amount',
            condition=is_kept('purchases') ~ ' and purchases.purchase_date >= active.month_date'
        ) }} as spend_amount,
        count(purchases.purchase_amount) as amounts_count
    from active
    inner join {{ ref('int_retention__purchases') }} as purchases
        on
            purchases.purchase_date >= {{ days_from('active.month_date', -setting('lookback_days')) }}
            and active.month_end_date > purchases.purchase_date
    where active.is_cost_known = 1
    group by active.month_date, active.month_end_date, purchases.customer_id
    having count(*) filter (where {{ known_at('purchases', 'active.month_date') }}) > 0

),

measured as (

    select
        drawn.month_date,
        drawn.customer_id,
        drawn.is_holdout,
        contacted.customer_id is not null as is_contacted,
        cast({{ month_days }} as double) / greatest({{ known_days }}, {{ month_days }}) as month_share,
        round({{ month_days }} / ({{ month_days }} + 2e0 * {{ days_since }}), 2) as recency_weight,
        drawn.spend_before,
        sum(drawn.amounts_count) over (partition by drawn.month_date) > 0 as is_amount_known,
        drawn.spend_amount * margin.gross_margin_share - coalesce(contacted.cost_amount, 0) as profit_amount,
        coalesce(contacted.cost_amount, 0) as cost_amount
    from drawn
    cross join {{ ref('int_retention__gross_margin') }} as margin
    left join contacted
        on
            drawn.month_date = contacted.month_date
            and drawn.customer_id = contacted.customer_id

),

arms as (

    select
        month_date,
        avg(case when is_holdout then case when is_contacted then 1e0 else 0e0 end end) as holdout_share,
        avg(case when not is_holdout then case when is_contacted then 1e0 else 0e0 end end) as treated_share
    from measured
    group by month_date

),

programme_outcomes as (

    select
        'programme ' || cast(measured.month_date as {{ dbt.type_string() }}) as campaign_id,
        measured.customer_id,
        'unknown' as risk_tier,
        'profit' as outcome,
        coalesce(
            arms.holdout_share <= {{ setting('campaign_max_fault_share') }} * arms.treated_share, false
        ) as has_control,
        not measured.is_holdout as is_treated,
        cast(1 as double) as weight,
        {{ rounded('measured.cost_amount', 2) }} as cost_amount,
        {{ rounded('measured.profit_amount', 2) }} as y,
        {{ rounded('measured.spend_before * measured.month_share', 2) }} as u,
        measured.recency_weight as v
    from measured
    inner join arms on measured.month_date = arms.month_date
    where measured.is_amount_known

)

select * from programme_outcomes
