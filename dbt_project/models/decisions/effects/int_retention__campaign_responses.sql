-- One row per campaign and customer of int_retention__campaign_assignments: what the customer bought and
-- redeemed between the assignment and the end of the window. Purchases sent back whole do not count.
-- Margin is the amount less the cost of the goods. Where a product's unit cost is not known, the order's
-- margin follows from int_retention__gross_margin.
with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

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

costs as (

    select
        purchase_lines.order_id,
        {{ exact_sum(
            'products.unit_cost * (purchase_lines.pieces_count - purchase_lines.returned_pieces_count)',
            digits=38
        ) }} as cost_amount,
        count(*) = count(products.unit_cost) as is_cost_known
    from purchase_lines
    left join products on purchase_lines.product_id = products.product_id
    where
        {{ is_kept('purchase_lines') }}
        and purchase_lines.order_id in (select bought.order_id from bought)
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
        count(*) as orders_count,
        count(purchase_amount) as orders_with_amount_count,
        {{ exact_sum('purchase_amount') }} as spend_amount,
        {{ exact_sum('margin_amount') }} as margin_amount
    from margins
    group by campaign_id, customer_id

),

redeemed as (

    select
        assignments.campaign_id,
        assignments.customer_id,
        count(*) as redemptions_count
    from assignments
    inner join redemptions
        on
            assignments.campaign_id = redemptions.campaign_id
            and assignments.customer_id = redemptions.customer_id
            and assignments.assigned_at <= redemptions.redeemed_at
            and assignments.window_end_date > cast(redemptions.redeemed_at as date)
    group by assignments.campaign_id, assignments.customer_id

),

responses as (

    select
        assignments.campaign_id,
        assignments.customer_id,
        cast(coalesce(counted.orders_count, 0) as double) as orders_count,
        coalesce(counted.spend_amount, 0) as spend_amount,
        coalesce(counted.margin_amount, 0) as margin_amount,
        cast(coalesce(redeemed.redemptions_count, 0) as double) as redemptions_count,
        coalesce(counted.orders_count > counted.orders_with_amount_count, false) as has_unknown_amounts,
        sum(counted.orders_with_amount_count) over (partition by assignments.campaign_id) > 0
            as is_amount_known
    from assignments
    left join counted
        on
            assignments.campaign_id = counted.campaign_id
            and assignments.customer_id = counted.customer_id
    left join redeemed
        on
            assignments.campaign_id = redeemed.campaign_id
            and assignments.customer_id = redeemed.customer_id

)

select * from responses
