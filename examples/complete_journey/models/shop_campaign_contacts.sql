-- One row per household and campaign: campaign_contacts of the input contract.
-- There are no controls: the arm of every household is 'treatment', so these campaigns are observational.
with contacts as (

    select * from {{ raw_file('campaigns') }}

),

campaigns as (

    select * from {{ ref('shop_campaigns') }}

),

mapped as (

    select
        contacts.campaign_id,
        contacts.household_id as customer_id,
        campaigns.started_at as assigned_at,
        'treatment' as arm,
        campaigns.started_at as contacted_at
    from contacts
    inner join campaigns on contacts.campaign_id = campaigns.campaign_id

)

select * from mapped
