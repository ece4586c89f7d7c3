-- One row per customer, as_of_date and coupon redeemed before as_of_date. Families read redemptions from
-- here.
-- The rule of time (macro seen_by) is applied here, so a family cannot read later data.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

redemptions as (

    select * from {{ ref('stg_retention__coupon_redemptions') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        redemptions.coupon_id,
        redemptions.campaign_id,
        redemptions.order_id,
        redemptions.redemption_date,
        {{ days_between('redemptions.redemption_date', 'spine.as_of_date') }} as days_ago -- noqa: LT05
    from spine
    inner join redemptions
        on
            spine.customer_id = redemptions.customer_id
            and {{ seen_by('redemptions.redeemed_at', none, 'spine.as_of_date') }}

)

select * from history
