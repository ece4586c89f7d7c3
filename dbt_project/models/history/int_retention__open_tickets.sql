-- noqa: disable=LT05
-- One row per service ticket that is open on the latest as_of_date: how long the customer has waited, and how
-- satisfied they are, by their reviews or else by the type of the ticket.
{% set sentiments = setting('ticket_type_sentiments') %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

reviews as (

    select * from {{ ref('int_retention__review_sentiment') }}

),

ticket_types as (

    {% for ticket_type, sentiment in (sentiments or {'(none)': 0.5}).items() %}
        select
            {{ quoted_list([ticket_type]) }} as ticket_type,
            cast({{ sentiment }} as double) as type_sentiment
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

customer_sentiments as (

    select
        reviews.customer_id,
        {{ exact_sum('reviews.sentiment', scale=6) }} / count(reviews.sentiment) as review_sentiment
    from reviews
    inner join today
        on
            {{ seen_by('reviews.reviewed_at', 'reviews.loaded_at', 'today.as_of_date') }}
            and reviews.review_date
            >= {{ days_from('today.as_of_date', -setting('service_sentiment_days')) }}
    where reviews.sentiment is not null
    group by reviews.customer_id

),

open_tickets as (

    select
        tickets.ticket_id,
        tickets.customer_id,
        tickets.order_id,
        tickets.ticket_type,
        tickets.opened_date,
        today.as_of_date,
        {{ days_between('tickets.opened_date', 'today.as_of_date') }} as waiting_days,
        customer_sentiments.review_sentiment,
        coalesce(customer_sentiments.review_sentiment, ticket_types.type_sentiment, 0.5) as sentiment
    from tickets
    inner join today on {{ seen_by('tickets.opened_at', 'tickets.loaded_at', 'today.as_of_date') }}
    left join customer_sentiments on tickets.customer_id = customer_sentiments.customer_id
    left join ticket_types on tickets.ticket_type = ticket_types.ticket_type
    where not coalesce({{ seen_by('tickets.closed_at', none, 'today.as_of_date') }}, false)

)

select * from open_tickets
