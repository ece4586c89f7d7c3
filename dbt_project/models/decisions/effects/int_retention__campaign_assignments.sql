-- One row per campaign and customer that is looked at: who was assigned to it, and, where nobody was held
-- out, who bought in the look-back and was not assigned (arm 'comparison').
-- Nothing is left out here: what is wrong with a row stands in its flags.
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

everybody as (

    select * from assigned
    union all
    select * from comparisons

),

assignments as (

    select
        everybody.campaign_id,
        everybody.customer_id,
        everybody.arm,
        campaigns.action,
        everybody.assigned_at,
        cast(everybody.assigned_at as date) as assigned_date,
        {{ days_from('everybody.assigned_at', effect_window_days('horizon')) }} as window_end_date,
        {{ effect_window_days('horizon') }} as window_days,
        everybody.contacted_at is not null as is_contacted,
        coalesce(everybody.contacted_at < everybody.assigned_at, false) as is_contacted_before_assignment,
        campaigns.contact_cost_amount,
        coalesce(campaigns.offer_value_amount, 0) as offer_value_amount,
        campaigns.campaign_id is not null as is_campaign_known,
        coalesce(
            {{ days_from('everybody.assigned_at', effect_window_days('horizon')) }} <= today.as_of_date, false
        ) as is_window_closed
    from everybody
    left join campaigns on everybody.campaign_id = campaigns.campaign_id
    cross join today
    cross join horizon

)

select * from assignments
