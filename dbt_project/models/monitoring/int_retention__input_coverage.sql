-- One row per input: how much of it there is, and for how many of today's customers.
-- An event counts before today's morning. Products and campaigns belong to nobody: a customer has a
-- product where it was in one of their orders, and a campaign where it reached them.
{% set contract = _input_contract() %}
{% set names = contract.keys() %}
{% set late_days = 28 %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

todays_customers as (

    select customer_id from {{ ref('int_retention__spine') }}
    where split = 'score'

),

{% for name in names %}
    {{ name }} as (

        select * from {{ ref('stg_retention__' ~ name) }}

    ),

{% endfor %}

rejected_rows as (

    select * from {{ ref('stg_retention__rejected_rows') }}

),

rows_per_input as (

    {% for name in names %}
        select
            '{{ name }}' as input_name,
            count(*) as rows_count,
            {% if 'loaded_at' in contract[name].optional %}
                {% set event_date = 'cast(' ~ contract[name].happened[0] ~ ' as date)' %}
                count(case when cast(loaded_at as date) > {{ days_from(event_date, late_days) }} then 1 end)
                    as late_rows_count
            {% else %}
                cast(0 as bigint) as late_rows_count
            {% endif %}
        from {{ name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

rejected_per_input as (

    select
        input_name,
        count(*) as rejected_rows_count
    from rejected_rows
    group by input_name

),

events as (

    select
        'orders' as input_name,
        customer_id,
        order_date as event_date
    from orders
    union all
    select
        'order_lines' as input_name,
        orders.customer_id,
        orders.order_date as event_date
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    union all
    select
        'customers' as input_name,
        customer_id,
        cast(signed_up_at as date) as event_date
    from customers
    union all
    select
        'products' as input_name,
        orders.customer_id,
        cast(null as date) as event_date
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    inner join products
        on order_lines.product_id = products.product_id
    union all
    select
        'sessions' as input_name,
        customer_id,
        session_date as event_date
    from sessions
    union all
    select
        'reviews' as input_name,
        customer_id,
        review_date as event_date
    from reviews
    union all
    select
        'service_tickets' as input_name,
        customer_id,
        opened_date as event_date
    from service_tickets
    union all
    select
        'campaigns' as input_name,
        campaign_contacts.customer_id,
        cast(campaigns.started_at as date) as event_date
    from campaign_contacts
    inner join campaigns
        on campaign_contacts.campaign_id = campaigns.campaign_id
    union all
    select
        'campaign_contacts' as input_name,
        customer_id,
        cast(assigned_at as date) as event_date
    from campaign_contacts
    union all
    select
        'coupon_redemptions' as input_name,
        customer_id,
        cast(redeemed_at as date) as event_date
    from coupon_redemptions
    union all
    select
        'returns' as input_name,
        customer_id,
        return_date as event_date
    from returns

),

holders as (

    select
        events.input_name,
        events.customer_id,
        min(events.event_date) as first_event_date,
        max(events.event_date) as last_event_date
    from events
    cross join today
    where
        events.event_date is null
        or events.event_date < today.as_of_date
    group by events.input_name, events.customer_id

),

holders_per_input as (

    select
        holders.input_name,
        count(todays_customers.customer_id) as customers_count,
        min(holders.first_event_date) as first_event_date,
        max(holders.last_event_date) as last_event_date
    from holders
    left join todays_customers
        on holders.customer_id = todays_customers.customer_id
    group by holders.input_name

),

asked as (

    select count(*) as todays_customers_count
    from todays_customers

),

coverage as (

    select
        rows_per_input.input_name,
        rows_per_input.rows_count,
        rows_per_input.late_rows_count,
        coalesce(rejected_per_input.rejected_rows_count, 0) as rejected_rows_count,
        coalesce(holders_per_input.customers_count, 0) as customers_count,
        asked.todays_customers_count,
        holders_per_input.first_event_date,
        holders_per_input.last_event_date
    from rows_per_input
    cross join asked
    left join rejected_per_input
        on rows_per_input.input_name = rejected_per_input.input_name
    left join holders_per_input
        on rows_per_input.input_name = holders_per_input.input_name

)

select * from coverage
