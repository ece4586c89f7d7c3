-- One row per redemption of a coupon.
-- Rejected rows are counted first: past the cap they stop the build.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    {{ accepted_rows('coupon_redemptions') }}

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
