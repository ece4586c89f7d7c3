-- One row per customer scored on the latest as_of_date: the best channel, weekday and part of the day to
-- reach the customer. A channel is judged by the share of contacts that were opened or clicked, a weekday and
-- a part of the day by the share of the customer's orders and openings. Each share is shrunk to the shop's
-- with the weight of prior_events contacts or events, so that few of them decide little.
{% set prior_events = 10 %}
{% set window_days = 364 %}
{# A time of exactly midnight is a day without a time. #}
{% set day_part %}
    case
        when event_at is null or event_at = {{ dbt.date_trunc('day', 'event_at') }} then null
        when extract(hour from event_at) < 6 then 'night'
        when extract(hour from event_at) < 12 then 'forenoon'
        when extract(hour from event_at) < 18 then 'afternoon'
        else 'evening'
    end
{% endset %}
{% set kinds = {
    'channel': 'channel', 'day_part': day_part,
    'weekday': 'cast(' ~ weekday_number('cast(event_at as date)') ~ ' as ' ~ dbt.type_string() ~ ')',
} %}

with scored as (

    select
        customer_id,
        as_of_date,
        {{ days_from('as_of_date', -window_days) }} as window_start_date
    from {{ ref('int_retention__spine') }}
    where split = 'score'

),

-- Orders, and contacts: the latter have a time where they were opened.
events as (

    select
        scored.customer_id,
        purchases.ordered_at as event_at,
        cast(null as {{ dbt.type_string() }}) as channel,
        true as is_answered
    from scored
    inner join {{ ref('int_retention__purchases') }} as purchases
        on
            scored.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'scored.as_of_date') }}
            and purchases.purchase_date >= scored.window_start_date
    union all
    select
        scored.customer_id,
        case when contacts.opened_at < scored.as_of_date then contacts.opened_at end as event_at,
        campaigns.channel,
        coalesce(least(contacts.opened_at, contacts.clicked_at) < scored.as_of_date, false) as is_answered
    from scored
    inner join {{ ref('stg_retention__campaign_contacts') }} as contacts
        on
            scored.customer_id = contacts.customer_id
            and contacts.contacted_at < scored.as_of_date
            and contacts.contacted_at >= scored.window_start_date
    left join {{ ref('stg_retention__campaigns') }} as campaigns
        on contacts.campaign_id = campaigns.campaign_id

),

counted as (

    {% for kind, slot in kinds.items() %}
        select
            customer_id,
            '{{ kind }}' as kind,
            {{ slot }} as slot,
            cast(count(*) as double) as rows_count,
            cast(count(*) filter (where is_answered) as double) as hits_count
        from events
        where {{ slot }} is not null
        group by customer_id, {{ slot }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

shop_slots as (

    select
        kind,
        slot,
        case when kind = 'channel' then slot else 'all' end as trials_slot,
        case
            when kind = 'channel' then sum(hits_count) / sum(rows_count)
            else sum(rows_count) / sum(sum(rows_count)) over (partition by kind)
        end as shop_share
    from counted
    group by kind, slot

),

candidates as (

    select
        scored.customer_id,
        scored.as_of_date,
        shop_slots.kind,
        shop_slots.slot,
        shop_slots.shop_share,
        coalesce(counted.hits_count, 0) + {{ prior_events }} * shop_slots.shop_share as hits_count,
        sum(coalesce(counted.rows_count, 0)) over (partition by scored.customer_id, shop_slots.kind)
            as kind_rows_count,
        sum(coalesce(counted.rows_count, 0)) over (
            partition by scored.customer_id, shop_slots.kind, shop_slots.trials_slot
        ) + {{ prior_events }} as trials_count
    from scored
    left join shop_slots on 1 = 1
    left join counted
        on
            scored.customer_id = counted.customer_id
            and shop_slots.kind = counted.kind
            and shop_slots.slot = counted.slot

),

-- No slot is the best where the shop has no answer at all.
best as (

    select
        customer_id,
        as_of_date,
        kind,
        kind_rows_count,
        case when shop_share > 0 then slot end as slot,
        case when shop_share > 0 then round(hits_count / trials_count, 6) end as share
    from candidates
    qualify row_number() over (
        partition by customer_id, kind
        order by round(hits_count / trials_count, 6) desc, slot
    ) = 1

)

select
    customer_id,
    as_of_date,
    max(case when kind = 'channel' then slot end) as best_channel,
    max(case when kind = 'channel' then share end) as best_channel_share,
    cast(max(case when kind = 'weekday' then slot end) as integer) as best_weekday_number,
    max(case when kind = 'weekday' then share end) as best_weekday_share,
    max(case when kind = 'day_part' then slot end) as best_day_part,
    max(case when kind = 'day_part' then share end) as best_day_part_share,
    cast(max(case when kind = 'channel' then kind_rows_count else 0 end) as bigint) as contacts_count,
    cast(max(case when kind = 'weekday' then kind_rows_count else 0 end) as bigint) as events_count
from best
group by customer_id, as_of_date
