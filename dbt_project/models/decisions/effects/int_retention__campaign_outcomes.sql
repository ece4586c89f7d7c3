-- One row per campaign and customer assigned to it (or compared with it, where there is no control): what was
-- known of the customer before, and the outcome in the window after. Customers count in the arm they were
-- assigned to, whether the contact reached them or not (intention to treat).
-- Purchases without an amount add nothing to spend. Spend and profit are null for all customers of a campaign
-- where no purchase in a window has an amount; profit and cost are null where the contact_cost is not known.
with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

),

history as (

    select * from {{ ref('int_retention__decision_history') }}

),

risk as (

    select * from {{ ref('int_retention__assignment_risk') }}

),

score_history as (

    select * from {{ ref('ml_churn_score_history') }}
    where churn_definition = 'fixed_horizon'

),

responses as (

    select * from {{ ref('int_retention__campaign_responses') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

shop as (

    select count(purchase_amount) > 0 as is_amount_known from purchases

),

-- The risk that was scored on the day of the assignment, else that of similar customers.
joined as (

    select
        assignments.*,
        history.days_since_last_order,
        history.days_since_first_order,
        history.orders_count_before,
        {{ rounded('history.spend_amount_before', 2) }} as spend_amount_before,
        history.orders_count_lookback,
        {{ rounded('history.spend_amount_lookback', 2) }} as spend_amount_lookback,
        history.recency_weight,
        history.recency_band,
        history.frequency_band,
        history.spend_band,
        coalesce(score_history.churn_probability, risk.churn_rate) as churn_rate_before,
        responses.orders_count as orders_after,
        responses.spend_amount as spend_after,
        responses.margin_amount as margin_after,
        responses.has_unknown_amounts,
        coalesce(responses.is_amount_known, shop.is_amount_known) as is_amount_known,
        case
            when assignments.arm = 'treatment' and assignments.is_contacted
                then assignments.contact_cost_amount
            else 0
        end as contact_amount,
        responses.redemptions_count * assignments.offer_value_amount as offer_amount,
        assignments.contact_cost_amount is not null as is_cost_known
    from assignments
    cross join shop
    inner join responses
        on
            assignments.campaign_id = responses.campaign_id
            and assignments.customer_id = responses.customer_id
    left join history
        on
            assignments.customer_id = history.customer_id
            and assignments.assigned_date = history.as_of_date
    left join risk
        on
            history.recency_band = risk.recency_band
            and history.frequency_band = risk.frequency_band
            and risk.reference_date = cast({{ dbt.date_trunc('month', 'assignments.assigned_date') }} as date)
    left join score_history
        on
            assignments.customer_id = score_history.customer_id
            and assignments.assigned_date = score_history.as_of_date
            and {{ days_between('assignments.assigned_date', 'assignments.window_end_date') }}
            = score_history.churn_horizon_days

),

outcomes as (

    select
        campaign_id,
        customer_id,
        arm,
        action,
        assigned_at,
        assigned_date,
        window_end_date,
        is_contacted,
        is_contacted_before_assignment,
        is_campaign_known,
        is_window_closed,
        days_since_last_order,
        days_since_first_order,
        orders_count_before,
        spend_amount_before,
        orders_count_lookback,
        spend_amount_lookback,
        recency_weight,
        recency_band,
        frequency_band,
        spend_band,
        churn_rate_before,
        case
            when churn_rate_before is null then 'unknown'
            else {{ risk_tier('churn_rate_before') }}
        end as risk_tier,
        case when is_window_closed then orders_after > 0 end as is_retained,
        case when is_window_closed then orders_after end as orders_count,
        case
            when is_window_closed and is_amount_known then {{ rounded('spend_after', 2) }}
        end as spend_amount,
        case
            when is_window_closed and is_amount_known and is_cost_known
                then {{ rounded('margin_after - contact_amount', 2) }}
        end as profit_amount,
        case when is_cost_known then round(contact_amount + offer_amount, 2) end as cost_amount,
        is_amount_known,
        is_cost_known,
        has_unknown_amounts
    from joined

)

select * from outcomes
{{ clustered_by(['campaign_id', 'customer_id']) }}
