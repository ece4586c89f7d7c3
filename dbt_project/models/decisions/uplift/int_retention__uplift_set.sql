-- One row per campaign and customer that uplift may be learned from: causal campaigns, closed windows, both
-- arms, with the features of the day of the assignment. An action takes part once both arms have
-- uplift_min_arm_customers. Of more than training_max_rows rows a sample of customers is taken by hash.
{% set buckets = 4096 %}
{% set max_rows = setting('training_max_rows') %}
{% set min_arm = setting('uplift_min_arm_customers') %}

with outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where is_window_closed and arm in ('treatment', 'control')

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}
    where is_causal

),

features as (

    select * from {{ ref('int_retention__decision_features') }}

),

contacts as (

    select
        outcomes.campaign_id,
        outcomes.customer_id,
        outcomes.assigned_date,
        outcomes.is_retained,
        outcomes.action,
        outcomes.arm = 'treatment' as is_treated
    from outcomes
    inner join verdicts on outcomes.campaign_id = verdicts.campaign_id
    where outcomes.action in ({{ quoted_list(setting('uplift_actions')) }})

),

campaigns as (

    select
        campaign_id,
        round(avg(case when is_treated then 1e0 else 0e0 end), 9) as treated_share
    from contacts
    group by campaign_id

),

actions as (

    select action
    from contacts
    group by action
    having
        count(*) filter (where is_treated) >= {{ min_arm }}
        and count(*) filter (where not is_treated) >= {{ min_arm }}

),

sizes as (

    select cast(count(*) as double) as contacts_count
    from contacts

),

uplift_set as (

    select
        features.*,
        {{ one_hot('contacts.action', setting('uplift_actions'), 'is_action') }}
        contacts.campaign_id,
        contacts.action,
        contacts.is_treated,
        contacts.is_retained,
        campaigns.treated_share
    from contacts
    inner join actions on contacts.action = actions.action
    inner join campaigns on contacts.campaign_id = campaigns.campaign_id
    inner join features
        on
            contacts.customer_id = features.customer_id
            and contacts.assigned_date = features.as_of_date
    cross join sizes
    where
        {{ hash_bucket('contacts.customer_id', buckets) }}
        < {{ buckets * max_rows }} / greatest(sizes.contacts_count, 1)

)

select * from uplift_set
