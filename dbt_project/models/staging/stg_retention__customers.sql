-- One row per customer. Only staging has personal identifiers: email and phone.
-- Built after the share of rejected rows was checked.
-- depends_on: {{ ref('stg_retention__rejected_rows') }}
with accepted as (

    select * from {{ ref('stg_retention__checked_customers') }}
    where rejection_rule is null

),

cleaned as (

    select
        customer_id,
        signed_up_at,
        birth_year,
        lower(gender) as gender,
        city,
        lower(acquisition_channel) as acquisition_channel,
        lower(membership_tier) as membership_tier,
        lower(email) as email,
        phone,
        coalesce(trim(phone) <> '', false) as has_phone,
        coalesce(email_consent, false) as has_email_consent,
        coalesce(ads_consent, false) as has_ads_consent,
        acquisition_cost as acquisition_cost_amount
    from accepted

)

select * from cleaned
