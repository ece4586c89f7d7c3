-- One row per consent that a contact may need: how many customers of the latest as_of_date gave it?
{% set min_share = setting('min_coverage_share') %}

with todays_customers as (

    select customer_id from {{ ref('int_retention__spine') }}
    where split = 'score'

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

counted as (

    select
        count(*) as todays_customers_count,
        count(case when customers.has_email_consent then 1 end) as email_count,
        count(case when customers.has_ads_consent then 1 end) as ads_count
    from todays_customers
    left join customers on todays_customers.customer_id = customers.customer_id

),

consents as (

    select
        'email_consent' as subject,
        todays_customers_count,
        email_count as given_count,
        'can get an action with consent email (column consent of the table of actions)' as cost_text
    from counted
    union all
    select
        'ads_consent' as subject,
        todays_customers_count,
        ads_count as given_count,
        'can be in an advertising audience, or get an action with consent ads' as cost_text
    from counted

),

shares as (

    select
        *,
        cast(given_count as double) / nullif(todays_customers_count, 0) as given_share
    from consents

),

readiness as (

    select
        'consent' as subject_type,
        subject,
        case
            when given_count = 0 then 'missing'
            when given_share < {{ min_share }} then 'thin'
            else 'present'
        end as status,
        given_share as coverage_share,
        cast(null as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        given_share as measured_value,
        cast({{ min_share }} as double) as needed_value,
        case
            when given_count = 0 then 'no customer gave it: no customer ' || cost_text
            when given_share < {{ min_share }} then 'few customers gave it: no other customer ' || cost_text
        end as what_it_costs,
        case
            when given_count = 0 or given_share < {{ min_share }}
                then
                    'map ' || subject || ' in input_customers, or use your own table of actions with actions '
                    || 'that need no consent; see docs/dirty-shop.md'
        end as what_to_do
    from shares

)

select * from readiness
