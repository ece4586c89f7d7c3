-- One row per consent that a contact may need: how many of today's customers gave it, and what it costs where
-- nobody did. Columns are those of mart_data_readiness.
{% set min_share = number_var('min_coverage_share', 0, 1) %}

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
        'gets no action whose consent is email (column consent of the table of actions)' as cost_words
    from counted
    union all
    select
        'ads_consent' as subject,
        todays_customers_count,
        ads_count as given_count,
        'is in no advertising audience, and gets no action whose consent is ads' as cost_words
    from counted

),

shares as (

    select
        *,
        cast(given_count as double) / nullif(todays_customers_count, 0) as given_share
    from consents

),

coverage as (

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
            when given_count = 0 then 'nobody gave it: every customer ' || cost_words
            when given_share < {{ min_share }} then 'few gave it: everybody else ' || cost_words
        end as what_it_costs,
        case
            when given_count = 0 or given_share < {{ min_share }}
                then
                    'map ' || subject || ' in input_customers where customers agreed, or give actions that '
                    || 'need none in a table of actions of yours; see docs/dirty-shop.md'
        end as what_to_do
    from shares

)

select * from coverage
