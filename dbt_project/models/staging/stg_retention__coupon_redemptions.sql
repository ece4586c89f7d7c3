-- One row per redemption of a coupon.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_coupon_redemptions') }}
    where rejection_rule is null

),

cleaned as (

    select
        coupon_id,
        customer_id,
        redeemed_at,
        cast(redeemed_at as date) as redemption_date,
        campaign_id,
        order_id
    from accepted

)

select * from cleaned
