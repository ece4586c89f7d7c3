-- One row per action, none included: cost, reach, consent and limits of a contact.
with actions as (

    select * from {{ action_table('retention_actions') }}

),

{% set text = dbt.type_string() %}

typed as (

    select
        lower(cast(action as {{ text }})) as action,
        lower(cast(channel as {{ text }})) as channel,
        lower(cast(consent as {{ text }})) as consent,
        cast(contact_cost as double) as contact_cost,
        cast(offer_value as double) as offer_value,
        cast(reach_share as double) as reach_share,
        cast(cooldown_days as integer) as cooldown_days,
        cast(capacity as integer) as capacity,
        cast(offer as {{ text }}) as offer,
        cast(eligibility_rule as {{ text }}) as eligibility_rule
    from actions

),

with_none as (

    select * from typed
    where action <> 'none'
    union all
    select
        'none' as action,
        'none' as channel,
        'none' as consent,
        cast(0 as double) as contact_cost,
        cast(0 as double) as offer_value,
        cast(0 as double) as reach_share,
        0 as cooldown_days,
        cast(null as integer) as capacity,
        cast(null as {{ text }}) as offer,
        cast(null as {{ text }}) as eligibility_rule

)

select * from with_none
