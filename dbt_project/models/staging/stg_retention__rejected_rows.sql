-- One row per input row that breaks the input contract, with the first rule that it breaks.
{{ config(post_hook={'sql': '{{ check_inputs() }}', 'transaction': false}) }}

{#- check_inputs counts the rows of each input: here dbt learns that they are read. #}
{%- for name in _input_contract() -%}
    {%- do input(name) -%}
    {%- do max_rejected_share(name) -%}
{%- endfor %}

with rejected as (

    select
        'orders' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_orders') }}
    where rejection_rule is not null
    union all
    select
        'order_lines' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_order_lines') }}
    where rejection_rule is not null
    union all
    select
        'customers' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_customers') }}
    where rejection_rule is not null
    union all
    select
        'products' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_products') }}
    where rejection_rule is not null
    union all
    select
        'sessions' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_sessions') }}
    where rejection_rule is not null
    union all
    select
        'reviews' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_reviews') }}
    where rejection_rule is not null
    union all
    select
        'service_tickets' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_service_tickets') }}
    where rejection_rule is not null
    union all
    select
        'campaigns' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_campaigns') }}
    where rejection_rule is not null
    union all
    select
        'campaign_contacts' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_campaign_contacts') }}
    where rejection_rule is not null
    union all
    select
        'coupon_redemptions' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_coupon_redemptions') }}
    where rejection_rule is not null
    union all
    select
        'returns' as input_name,
        row_key,
        rejection_rule,
        rejected_value
    from {{ ref('stg_retention__checked_returns') }}
    where rejection_rule is not null

)

select * from rejected
