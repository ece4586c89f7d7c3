-- One row per campaign and customer: customers assigned to it and, where there is no control arm, customers
-- who bought in the look-back and were not assigned (arm 'comparison').
-- Faulty rows are flagged, not removed.
with contacts as (

    select * from {{ ref('stg_retention__campaign_contacts') }}

),

campaigns as (

    select * from {{ ref('stg_retention__campaigns') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

assigned as (

    select
        campaign_id,
        customer_id,
        case when arm in ('treatment', 'control') then arm else 'unknown' end as arm,
        assigned_at,
        contacted_at
    from contacts

),

without_control as (

    select
        campaign_id,
        min(assigned_at) as assigned_at
    from assigned
    group by campaign_id
    having
        count(*) filter (where arm = 'control') = 0
        and count(*) filter (where arm = 'treatment') > 0

),

buyers as (

    select distinct
        without_control.campaign_id,
        purchases.customer_id,
        without_control.assigned_at
    from without_control
    inner join purchases
        on
            {{ known_at('purchases', 'cast(without_control.assigned_at as date)') }}
            and purchases.purchase_date
            >= {{ days_from('without_control.assigned_at', -setting('lookback_days')) }}

),

comparisons as (

    select
        buyers.campaign_id,
        buyers.customer_id,
        'comparison' as arm,
        buyers.assigned_at,
        cast(null as {{ dbt.type_timestamp() }}) as contacted_at
    from buyers
    left join assigned
        on
            buyers.campaign_id = assigned.campaign_id
            and buyers.customer_id = assigned.customer_id
    where assigned.customer_id is null

),

all_arms as (

    select * from assigned
    union all
    select * from comparisons

),

assignments as (

    select
        all_arms.campaign_id,
        all_arms.customer_id,
        all_arms.arm,
        campaigns.action,
        all_arms.assigned_at,
        cast(all_arms.assigned_at as date) as assigned_date,
        {{ days_from('all_arms.assigned_at', effect_window_days('horizon')) }} as window_end_date,
        {{ effect_window_days('horizon') }} as window_days,
        all_arms.contacted_at is not null as is_contacted,
        coalesce(all_arms.contacted_at < all_arms.assigned_at, false) as is_contacted_before_assignment,
        campaigns.contact_cost_amount,
        coalesce(campaigns.offer_value_amount, 0) as offer_value_amount,
        campaigns.campaign_id is not null as is_campaign_known,
        coalesce(
            {{ days_from('all_arms.assigned_at', effect_window_days('horizon')) }} <= today.as_of_date, false
        ) as is_window_closed
    from all_arms
    left join campaigns on all_arms.campaign_id = campaigns.campaign_id
    cross join today
    cross join horizon

)

select * from assignments
