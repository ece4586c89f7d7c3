-- One row per customer and as_of_date: does the customer buy with discounts, and respond to campaigns?
-- A campaign is received if the customer was contacted; controls receive none.
{% set windows_days = [84, 364] %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

campaigns as (

    select * from {{ ref('int_retention__campaign_history') }}

),

redemptions as (

    select * from {{ ref('int_retention__redemption_history') }}

),

bought as (

    select
        {% for days in windows_days %}
            {# Only orders with a known amount. #}
            {% set with_amount = 'days_ago <= ' ~ days ~ ' and purchase_amount is not null' %}
            {{ exact_sum('discount_amount', condition=with_amount) }} / nullif(
                {{ exact_sum('purchase_amount', condition=with_amount) }}
                + {{ exact_sum('discount_amount', condition=with_amount) }},
                0
            ) as discount_share_{{ days }}d,
        {% endfor %}
        cast(count(*) filter (where days_ago <= 364 and coupons_count > 0) as double)
        / nullif(count(*) filter (where days_ago <= 364 and products_count > 0), 0)
            as coupon_orders_share_364d,
        customer_id,
        as_of_date
    from orders
    group by customer_id, as_of_date

),

redeemed as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where days_ago <= 84) as coupons_redeemed_count_84d,
        count(*) filter (where days_ago <= 364) as coupons_redeemed_count_364d
    from redemptions
    group by customer_id, as_of_date

),

redeemed_campaigns as (

    select distinct
        customer_id,
        as_of_date,
        campaign_id
    from redemptions
    where campaign_id is not null

),

received as (

    select
        campaigns.customer_id,
        campaigns.as_of_date,
        count(*) filter (where campaigns.days_ago <= 84) as campaigns_received_count_84d,
        count(*) filter (where campaigns.days_ago <= 364) as campaigns_received_count_364d,
        count(*) filter (where campaigns.days_ago <= 364 and campaigns.is_opened)
            as campaigns_opened_count_364d,
        count(*) filter (where campaigns.days_ago <= 364 and campaigns.is_clicked)
            as campaigns_clicked_count_364d,
        count(redeemed_campaigns.campaign_id) filter (where campaigns.days_ago <= 364)
            as campaigns_redeemed_count_364d
    from campaigns
    left join redeemed_campaigns
        on
            campaigns.customer_id = redeemed_campaigns.customer_id
            and campaigns.as_of_date = redeemed_campaigns.as_of_date
            and campaigns.campaign_id = redeemed_campaigns.campaign_id
    where campaigns.is_contacted
    group by campaigns.customer_id, campaigns.as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for days in windows_days %}
            bought.discount_share_{{ days }}d,
        {% endfor %}
        {% for days in windows_days %}
            cast(coalesce(redeemed.coupons_redeemed_count_{{ days }}d, 0) as double)
                as coupons_redeemed_count_{{ days }}d,
            cast(coalesce(received.campaigns_received_count_{{ days }}d, 0) as double)
                as campaigns_received_count_{{ days }}d,
        {% endfor %}
        {% for step in ['opened', 'clicked', 'redeemed'] %}
            cast(coalesce(received.campaigns_{{ step }}_count_364d, 0) as double)
                as campaigns_{{ step }}_count_364d,
            cast(received.campaigns_{{ step }}_count_364d as double)
            / nullif(received.campaigns_received_count_364d, 0)
                as campaigns_{{ step }}_share_364d,
        {% endfor %}
        bought.coupon_orders_share_364d
    from spine
    left join bought
        on
            spine.customer_id = bought.customer_id
            and spine.as_of_date = bought.as_of_date
    left join redeemed
        on
            spine.customer_id = redeemed.customer_id
            and spine.as_of_date = redeemed.as_of_date
    left join received
        on
            spine.customer_id = received.customer_id
            and spine.as_of_date = received.as_of_date

)

select * from final
