-- One row per amount, consent and order status: how much of it do the mappings of orders and customers give?
-- amounts: the order_amount of a purchase, or else the net_amount of its lines. consent: of the customers of
-- the latest as_of_date. order status: of accepted orders, as staging cleans it.
{% set min_share = setting('min_coverage_share') %}
{% set text = dbt.type_string() %}
{% set consents = {
    'email_consent': 'can get an action with consent email (column consent of the table of actions)',
    'ads_consent': 'can be in an advertising audience, or get an action with consent ads',
} %}

with purchases as (

    select * from {{ ref('int_retention__purchases') }}
    where version_number = 1

),

todays_customers as (

    select customer_id from {{ ref('int_retention__spine') }}
    where split = 'score'

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

orders as (

    select * from {{ ref('stg_retention__orders') }}

),

known_amounts as (

    select
        count(*) as rows_count,
        count(purchase_amount) as known_count,
        min(case when purchase_amount is not null then purchase_date end) as first_date,
        max(case when purchase_amount is not null then purchase_date end) as last_date
    from purchases

),

amounts as (

    select
        'amounts' as subject_type,
        'order_amount' as subject,
        case when known_count = 0 then 'missing' when known_count < rows_count then 'thin' else 'present' end
            as status,
        cast(known_count as double) / nullif(rows_count, 0) as measured_value,
        rows_count,
        first_date,
        last_date,
        cast(1 as double) as needed_value,
        case
            when known_count = 0
                then
                    'no purchase has an amount: spend, value at risk and profit are not known, no action is '
                    || 'chosen, and warnings are ranked by churn probability'
            else
                cast(rows_count - known_count as {{ text }}) || ' of ' || cast(rows_count as {{ text }})
                || ' purchases have no amount: spend, value and profit ignore them'
        end as cost_text,
        case
            when rows_count = 0 then 'map orders, with order_amount; see docs/inputs.md'
            else 'map order_amount in the input orders, or net_amount in order_lines; see docs/inputs.md'
        end as remedy_text
    from known_amounts

),

given as (

    {% for subject, cost in consents.items() %}
        select
            '{{ subject }}' as subject,
            '{{ cost }}' as cost_text,
            cast(count(case when customers.has_{{ subject }} then 1 end) as double)
            / nullif(count(*), 0) as given_share
        from todays_customers
        left join customers on todays_customers.customer_id = customers.customer_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

mapped as (

    select * from amounts
    union all
    select
        'consent' as subject_type,
        subject,
        case
            when coalesce(given_share, 0) = 0 then 'missing'
            when given_share < {{ min_share }} then 'thin'
            else 'present'
        end as status,
        given_share as measured_value,
        cast(null as bigint) as rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        cast({{ min_share }} as double) as needed_value,
        case
            when coalesce(given_share, 0) = 0 then 'no customer gave it: no customer '
            else 'few customers gave it: no other customer '
        end || cost_text as cost_text,
        'map ' || subject || ' in input_customers, or use your own table of actions with actions '
        || 'that need no consent; see docs/dirty-shop.md' as remedy_text
    from given
    union all
    select
        'order status' as subject_type,
        coalesce(order_status, '(none)') as subject,
        case when {{ is_void_order('order_status') }} then 'excluded' else 'present' end as status,
        cast(count(*) as double) / sum(count(*)) over () as measured_value,
        count(*) as rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        cast(0 as double) as needed_value,
        'orders with this status do not count as purchases' as cost_text,
        'nothing; if they are purchases, remove the status from void_order_statuses; see docs/inputs.md'
            as remedy_text
    from orders
    group by order_status

)

select
    subject_type,
    subject,
    status,
    measured_value as coverage_share,
    cast(rows_count as bigint) as rows_count,
    cast(null as bigint) as rejected_rows_count,
    first_date,
    last_date,
    measured_value,
    needed_value,
    case when status <> 'present' then cost_text end as what_it_costs,
    case when status <> 'present' then remedy_text end as what_to_do
from mapped
