-- One row per shop: how many of its purchases have an amount, and what is lost if not all have one?
-- The amount is the order_amount of the order, or else the net_amount of its lines.
{% set text = dbt.type_string() %}

with purchases as (

    select * from {{ ref('int_retention__purchases') }}
    where version_number = 1

),

counted as (

    select
        count(*) as purchases_count,
        count(purchase_amount) as known_count,
        min(case when purchase_amount is not null then purchase_date end) as first_date,
        max(case when purchase_amount is not null then purchase_date end) as last_date
    from purchases

),

readiness as (

    select
        'amounts' as subject_type,
        'order_amount' as subject,
        case
            when known_count = 0 then 'missing'
            when known_count < purchases_count then 'thin'
            else 'present'
        end as status,
        cast(known_count as double) / nullif(purchases_count, 0) as coverage_share,
        cast(purchases_count as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        first_date,
        last_date,
        cast(known_count as double) / nullif(purchases_count, 0) as measured_value,
        cast(1 as double) as needed_value,
        case
            when known_count = 0
                then
                    'no purchase has an amount: spend, value at risk and profit are not known, no action is '
                    || 'chosen, and warnings are ranked by churn probability'
            when known_count < purchases_count
                then
                    cast(purchases_count - known_count as {{ text }}) || ' of '
                    || cast(purchases_count as {{ text }})
                    || ' purchases have no amount: spend, value and profit ignore them'
        end as what_it_costs,
        case
            when known_count < purchases_count
                then
                    'map order_amount in the input orders, or net_amount in order_lines; see docs/inputs.md'
            when known_count = 0 then 'map orders, with order_amount; see docs/inputs.md'
        end as what_to_do
    from counted

)

select * from readiness
