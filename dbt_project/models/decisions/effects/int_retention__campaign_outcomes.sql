-- One row per campaign and customer assigned to it (or compared with it, where nobody was held out): what was
-- known of the customer before, and what came in the window after. Customers count in the arm they were
-- assigned to, whether the contact reached them or not (intention to treat).
-- Purchases without an amount count for no spend. Where no purchase after a campaign's assignments has one,
-- spend and profit are null for all its customers; profit and cost are where its contact_cost is not known.
with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

),

features as (

    select * from {{ ref('int_retention__decision_features') }}

),

risk as (

    select * from {{ ref('int_retention__assignment_risk') }}

),

score_history as (

    select * from {{ ref('ml_churn_score_history') }}
    where churn_definition = 'fixed_horizon'

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

gross_margin as (

    select * from {{ ref('int_retention__gross_margin') }}

),

redemptions as (

    select * from {{ ref('stg_retention__coupon_redemptions') }}

),

bought as (

    select
        assignments.campaign_id,
        assignments.customer_id,
        purchases.order_id,
        purchases.purchase_amount
    from assignments
    inner join purchases
        on
            assignments.customer_id = purchases.customer_id
            and purchases.ordered_at >= assignments.assigned_at
            and assignments.window_end_date > purchases.purchase_date
            and {{ is_kept('purchases') }}

),

bought_orders as (

    select distinct order_id from bought

),

costs as (

    select
        purchase_lines.order_id,
        {{ exact_sum(
            '(purchase_lines.pieces_count - purchase_lines.returned_pieces_count) * products.unit_cost', digits=38
        ) }} as cost_amount,
        count(*) = count(products.unit_cost) as is_cost_known
    from purchase_lines
    inner join bought_orders on purchase_lines.order_id = bought_orders.order_id
    left join products on purchase_lines.product_id = products.product_id
    where {{ is_kept('purchase_lines') }}
    group by purchase_lines.order_id

),

margins as (

    select
        bought.campaign_id,
        bought.customer_id,
        bought.purchase_amount,
        case
            when costs.is_cost_known then bought.purchase_amount - costs.cost_amount
            else bought.purchase_amount * gross_margin.gross_margin_share
        end as margin_amount
    from bought
    cross join gross_margin
    left join costs on bought.order_id = costs.order_id

),

counted as (

    select
        campaign_id,
        customer_id,
        cast(count(*) as double) as orders_count,
        count(purchase_amount) as orders_with_amount_count,
        {{ exact_sum('purchase_amount') }} as spend_amount,
        {{ exact_sum('margin_amount') }} as margin_amount
    from margins
    group by campaign_id, customer_id

),

campaigns_with_purchases as (

    select
        campaign_id,
        sum(orders_with_amount_count) > 0 as is_amount_known
    from counted
    group by campaign_id

),

shop as (

    select count(purchase_amount) > 0 as is_amount_known from purchases

),

redeemed as (

    select
        assignments.campaign_id,
        assignments.customer_id,
        cast(count(*) as double) as redemptions_count
    from assignments
    inner join redemptions
        on
            assignments.campaign_id = redemptions.campaign_id
            and assignments.customer_id = redemptions.customer_id
            and assignments.assigned_at <= redemptions.redeemed_at
            and assignments.window_end_date > cast(redemptions.redeemed_at as date)
    group by assignments.campaign_id, assignments.customer_id

),

joined as (

    select
        assignments.*,
        features.days_since_last_order,
        features.days_since_first_order,
        features.orders_count_before,
        features.spend_amount_before,
        features.orders_count_lookback,
        features.spend_amount_lookback,
        features.recency_weight,
        features.recency_band,
        features.frequency_band,
        features.spend_band,
        coalesce(score_history.churn_probability, risk.churn_rate) as churn_rate_before,
        coalesce(counted.orders_count, 0) as orders_after,
        coalesce(counted.orders_count > counted.orders_with_amount_count, false) as has_unknown_amounts,
        coalesce(campaigns_with_purchases.is_amount_known, shop.is_amount_known) as is_amount_known,
        coalesce(counted.spend_amount, 0) as spend_after,
        coalesce(counted.margin_amount, 0) as margin_after,
        case
            when assignments.arm = 'treatment' and assignments.is_contacted
                then assignments.contact_cost_amount
            else 0
        end as contact_amount,
        coalesce(redeemed.redemptions_count, 0) * assignments.offer_value_amount as offer_amount,
        assignments.contact_cost_amount is not null as is_cost_known
    from assignments
    cross join shop
    left join features
        on
            assignments.customer_id = features.customer_id
            and assignments.assigned_date = features.as_of_date
    left join risk
        on
            features.recency_band = risk.recency_band
            and features.frequency_band = risk.frequency_band
            and risk.reference_date = cast({{ dbt.date_trunc('month', 'assignments.assigned_date') }} as date)
    left join score_history
        on
            assignments.customer_id = score_history.customer_id
            and assignments.assigned_date = score_history.as_of_date
            and {{ days_between('assignments.assigned_date', 'assignments.window_end_date') }}
            = score_history.churn_horizon_days
    left join counted
        on
            assignments.campaign_id = counted.campaign_id
            and assignments.customer_id = counted.customer_id
    left join campaigns_with_purchases
        on assignments.campaign_id = campaigns_with_purchases.campaign_id
    left join redeemed
        on
            assignments.campaign_id = redeemed.campaign_id
            and assignments.customer_id = redeemed.customer_id

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
        {{ rounded('spend_amount_before', 2) }} as spend_amount_before,
        orders_count_lookback,
        {{ rounded('spend_amount_lookback', 2) }} as spend_amount_lookback,
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
