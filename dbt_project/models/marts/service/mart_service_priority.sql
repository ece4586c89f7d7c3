-- One row per open service ticket: which to answer first, and how to take goods back.
-- Priority = value at risk x (2 - sentiment) x (1 + days waited / target days).
-- If the shop gives no amounts, tickets are ranked by churn probability in place of value at risk.
{% set waiting = setting('service_waiting_days') %}
{% set shares = setting('return_policy_shares') %}
{% set text = dbt.type_string() %}

with open_tickets as (

    select * from {{ ref('int_retention__open_tickets') }}

),

returned_pieces as (

    select * from {{ ref('int_retention__returned_pieces') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}
    where version_number = 1

),

warnings as (

    select * from {{ ref('mart_early_warning') }}

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
        -- A customer who is not scored has no value at risk, unless no value is known at all.
        case
            when warnings.customer_id is null and not shop.is_value_unknown then 0
            else warnings.value_at_risk
        end as ranked_value_at_risk,
        purchases.purchase_amount as order_amount,
        returned_pieces.customer_id is not null as has_bought,
        returned_pieces.pieces_count,
        returned_pieces.returned_pieces_count,
        returned_pieces.returned_share,
        (2 - open_tickets.sentiment) * (
            1 + least(open_tickets.waiting_days, {{ waiting.longest }}) / cast({{ waiting.target }} as double)
        ) as urgency
    from open_tickets
    cross join shop
    left join warnings on open_tickets.customer_id = warnings.customer_id
    left join purchases on open_tickets.order_id = purchases.order_id
    left join returned_pieces on open_tickets.customer_id = returned_pieces.customer_id

),

judged as (

    select
        *,
        {{ rounded('ranked_value_at_risk * urgency', 2) }} as priority_amount,
        case when ranked_value_at_risk is null then coalesce(churn_probability, 0) * urgency end
            as priority_by_risk,
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
                    round(urgency, 6) desc,
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
                    'returned ' || cast(cast(returned_pieces_count as integer) as {{ text }}) || ' of '
                    || cast(cast(pieces_count as integer) as {{ text }}) || ' pieces in 12 months; ',
                    'returned pieces not known; '
                )
                || 'value at risk '
                || coalesce(cast(cast(ranked_value_at_risk as decimal(18, 2)) as {{ text }}), 'not known')
                || ', order amount '
                || coalesce(cast(cast(order_amount as decimal(18, 2)) as {{ text }}), 'not known')
        end as return_policy_reason
    from judged

)

select * from final
