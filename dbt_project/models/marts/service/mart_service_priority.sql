-- One row per open service ticket: which to answer first, and how freely to take goods back.
-- Priority = value at risk x unhappiness x waiting: (2 - sentiment), and 1 + days waited / target days.
-- Without amounts the churn probability stands for value at risk in the order.
{% set waiting = setting('service_waiting_days') %}
{% set sentiments = setting('ticket_type_sentiments') %}
{% set shares = setting('return_policy_shares') %}
{% set text = dbt.type_string() %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

reviews as (

    select * from {{ ref('int_retention__review_sentiment') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}
    where version_number = 1

),

returns as (

    select * from {{ ref('int_retention__returns') }}

),

warnings as (

    select * from {{ ref('mart_early_warning') }}

),

ticket_types as (

    {% for ticket_type, sentiment in (sentiments or {'(none)': 0.5}).items() %}
        select
            {{ quoted_list([ticket_type]) }} as ticket_type,
            cast({{ sentiment }} as double) as type_sentiment
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

open_tickets as (

    select
        tickets.ticket_id,
        tickets.customer_id,
        tickets.order_id,
        tickets.ticket_type,
        tickets.opened_date,
        today.as_of_date,
        {{ days_between('tickets.opened_date', 'today.as_of_date') }} as waiting_days -- noqa: LT05
    from tickets
    inner join today on {{ seen_by('tickets.opened_at', 'tickets.loaded_at', 'today.as_of_date') }}
    where not coalesce({{ seen_by('tickets.closed_at', none, 'today.as_of_date') }}, false)

),

felt as (

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

buyers as (

    select
        purchases.customer_id,
        case
            when count(purchases.pieces_count) > 0 then {{ exact_sum('purchases.pieces_count') }}
        end as pieces_count
    from purchases
    inner join today
        on
            purchases.purchase_date < today.as_of_date
            and purchases.known_from_date <= today.as_of_date
            and purchases.purchase_date >= {{ days_from('today.as_of_date', -365) }}
    group by purchases.customer_id

),

sent_back as (

    select
        returns.customer_id,
        {{ exact_sum('returns.pieces_count') }} as returned_pieces_count
    from returns
    inner join today
        on
            returns.known_from_date <= today.as_of_date
            and returns.purchase_date >= {{ days_from('today.as_of_date', -365) }}
    group by returns.customer_id

),

shop as (

    select count(*) > 0 and count(value_at_risk) = 0 as is_value_unknown from warnings

),

joined as (

    select
        open_tickets.*,
        warnings.risk_tier,
        warnings.churn_probability,
        warnings.value_at_risk,
        -- Who is not a customer of today has nothing at risk, where anybody's value is known.
        case
            when warnings.customer_id is null and not shop.is_value_unknown then 0
            else warnings.value_at_risk
        end as ranked_value_at_risk,
        felt.review_sentiment,
        coalesce(felt.review_sentiment, ticket_types.type_sentiment, 0.5) as sentiment,
        purchases.purchase_amount as order_amount,
        buyers.customer_id is not null as has_bought,
        buyers.pieces_count,
        case when buyers.pieces_count > 0 then coalesce(sent_back.returned_pieces_count, 0) end
            as returned_pieces_count,
        coalesce(sent_back.returned_pieces_count, 0) / nullif(buyers.pieces_count, 0) as returned_share,
        1 + least(open_tickets.waiting_days, {{ waiting.longest }}) / cast({{ waiting.target }} as double)
            as waiting_factor
    from open_tickets
    cross join shop
    left join warnings on open_tickets.customer_id = warnings.customer_id
    left join felt on open_tickets.customer_id = felt.customer_id
    left join ticket_types on open_tickets.ticket_type = ticket_types.ticket_type
    left join purchases on open_tickets.order_id = purchases.order_id
    left join buyers on open_tickets.customer_id = buyers.customer_id
    left join sent_back on open_tickets.customer_id = sent_back.customer_id

),

judged as (

    select
        *,
        {{ rounded('ranked_value_at_risk * (2 - sentiment) * waiting_factor', 2) }} as priority_amount,
        case
            when ranked_value_at_risk is null
                then coalesce(churn_probability, 0) * (2 - sentiment) * waiting_factor
        end as priority_by_risk,
        case
            when not coalesce(ticket_type in ('return', 'complaint'), false) then null
            when returned_share >= {{ shares.strict }} then 'check first'
            when
                coalesce(returned_share, 0) <= {{ shares.generous }}
                and value_at_risk >= order_amount
                and value_at_risk > 0
                then 'refund at once'
            else 'refund on arrival'
        end as return_policy
    from joined

),

final as (

    select
        ticket_id,
        customer_id,
        as_of_date,
        cast(
            row_number() over (
                order by
                    priority_amount desc nulls last,
                    round(priority_by_risk, 6) desc nulls last,
                    round((2 - sentiment) * waiting_factor, 6) desc,
                    ticket_id asc
            ) as integer
        ) as priority_rank,
        priority_amount,
        ticket_type,
        order_id,
        opened_date,
        cast(waiting_days as integer) as waiting_days,
        value_at_risk,
        risk_tier,
        round(review_sentiment, 4) as review_sentiment,
        round(returned_share, 4) as returned_share,
        return_policy,
        case
            when return_policy is null then null
            when not has_bought then 'no purchase in 12 months'
            else
                coalesce(
                    'sent back ' || cast(cast(returned_pieces_count as integer) as {{ text }}) || ' of '
                    || cast(cast(pieces_count as integer) as {{ text }}) || ' pieces in 12 months; ',
                    'what was sent back is not known; '
                )
                || coalesce(
                    cast(cast(ranked_value_at_risk as decimal(18, 2)) as {{ text }}) || ' at risk, ',
                    'the value at risk is not known, '
                )
                || coalesce(
                    'the order was ' || cast(cast(order_amount as decimal(18, 2)) as {{ text }}),
                    'what the order cost is not known'
                )
        end as return_policy_reason
    from judged

)

select * from final
