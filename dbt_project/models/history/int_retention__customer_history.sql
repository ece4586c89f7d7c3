-- noqa: disable=LT05
-- One row per customer and as_of_date, if the account was open by then. Families read customers from here.
-- Attributes have no date: they are those of the last build on every as_of_date. No personal identifiers.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        cast(customers.signed_up_at as date) as signed_up_date,
        {{ days_between('cast(customers.signed_up_at as date)', 'spine.as_of_date') }} as days_since_signup,
        customers.birth_year,
        customers.city,
        customers.acquisition_channel,
        customers.membership_tier
    from spine
    inner join customers
        on
            spine.customer_id = customers.customer_id
            and coalesce({{ seen_by('customers.signed_up_at', none, 'spine.as_of_date') }}, true)

)

select * from history
