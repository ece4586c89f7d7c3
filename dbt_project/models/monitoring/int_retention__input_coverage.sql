-- One row per input: how many rows it has, and how many customers of the latest as_of_date have any.
-- Only events before that date count. A customer has a product if one of their orders holds it, and a
-- campaign if it contacted them.
{% set contract = _input_contract() %}
{% set late_days = 28 %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

todays_customers as (

    select customer_id from {{ ref('int_retention__spine') }}
    where split = 'score'

),

{% for name in contract %}
    {{ name }} as (

        select * from {{ ref('stg_retention__' ~ name) }}

    ),

{% endfor %}
rows_per_input as (

    {% for name in contract %}
        select
            '{{ name }}' as input_name,
            count(*) as rows_count,
            {% if 'late_after' in contract[name] %}
                {% set event_date = 'cast(' ~ contract[name].late_after ~ ' as date)' %}
                count(case when cast(loaded_at as date) > {{ days_from(event_date, late_days) }} then 1 end)
                    as late_rows_count
            {% else %}
                cast(0 as bigint) as late_rows_count
            {% endif %}
        from {{ name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

events as (

    {% for name, event_date in {
        'orders': 'order_date',
        'customers': 'cast(signed_up_at as date)',
        'sessions': 'session_date',
        'reviews': 'review_date',
        'service_tickets': 'opened_date',
        'campaign_contacts': 'cast(assigned_at as date)',
        'coupon_redemptions': 'cast(redeemed_at as date)',
        'returns': 'return_date',
    }.items() %}
        select
            '{{ name }}' as input_name,
            customer_id,
            {{ event_date }} as event_date
        from {{ name }}
        union all
    {% endfor %}
    select
        'order_lines' as input_name,
        orders.customer_id,
        orders.order_date as event_date
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    union all
    select
        'products' as input_name,
        orders.customer_id,
        cast(null as date) as event_date
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    inner join products on order_lines.product_id = products.product_id
    union all
    select
        'campaigns' as input_name,
        campaign_contacts.customer_id,
        cast(campaigns.started_at as date) as event_date
    from campaign_contacts
    inner join campaigns on campaign_contacts.campaign_id = campaigns.campaign_id

),

holders as (

    select
        events.input_name,
        events.customer_id,
        min(events.event_date) as first_event_date,
        max(events.event_date) as last_event_date
    from events
    cross join today
    where events.event_date is null or events.event_date < today.as_of_date
    group by events.input_name, events.customer_id

),

holders_per_input as (

    select
        holders.input_name,
        count(todays_customers.customer_id) as customers_count,
        min(holders.first_event_date) as first_event_date,
        max(holders.last_event_date) as last_event_date
    from holders
    left join todays_customers on holders.customer_id = todays_customers.customer_id
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
        coalesce(holders_per_input.customers_count, 0) as customers_count,
        asked.todays_customers_count,
        holders_per_input.first_event_date,
        holders_per_input.last_event_date
    from rows_per_input
    cross join asked
    left join holders_per_input on rows_per_input.input_name = holders_per_input.input_name

)

select * from coverage
