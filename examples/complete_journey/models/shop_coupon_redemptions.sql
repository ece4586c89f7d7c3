-- One row per coupon, household, campaign and day: coupon_redemptions of the input contract.
-- The same coupon redeemed several times on a day counts once.
with redemptions as (

    select * from {{ raw_file('coupon_redemptions') }}

),

mapped as (

    select distinct
        coupon_upc as coupon_id,
        household_id as customer_id,
        redemption_date as redeemed_at,
        campaign_id
    from redemptions

)

select * from mapped
