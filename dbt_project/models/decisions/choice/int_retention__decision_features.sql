-- One row per customer and morning on which something was decided for the customer: the day of each campaign
-- assignment, and today. What was known of the customer that morning, and nothing later.
-- before: the days before the morning, as many as an effect is measured in. Bands are powers of two: they
-- tell customers alike, without a threshold that someone would have to choose.
-- Purchases without an amount count for no spend; spend is null where no purchase of the customer has one.
-- Credits for which no purchase was found lower spend on their own day.
{# Who has not bought has spent nothing, where the shop gave amounts by then. #}
{% set nothing_spent = 'case when shop.amounts_known_from_date <= dated.as_of_date then 0e0 end' %}
{% set spend = {} %}
{% for name in ['spend_amount_before', 'spend_amount_lookback'] %}
    {% do spend.update({
        name: '(case when bought.customer_id is null then ' ~ nothing_spent ~ ' else bought.' ~ name ~ ' end'
            ~ ' - coalesce(credited.' ~ name ~ ', 0))'
    }) %}
{% endfor %}
with assignments as (

    select * from {{ ref('int_retention__campaign_assignments') }}

),

spine as (

    select * from {{ ref('int_retention__spine') }}
    where split = 'score'

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

credits as (

    select * from {{ ref('int_retention__unlinked_credits') }}

),

customers as (

    select * from {{ ref('stg_retention__customers') }}

),

tickets as (

    select * from {{ ref('stg_retention__service_tickets') }}

),

reviews as (

    select * from {{ ref('stg_retention__reviews') }}

),

sessions as (

    select * from {{ ref('stg_retention__sessions') }}

),

mornings as (

    select
        customer_id,
        assigned_date as as_of_date
    from assignments
    union
    select
        customer_id,
        as_of_date
    from spine

),

dated as (

    select
        mornings.customer_id,
        mornings.as_of_date,
        {{ effect_window_days('horizon') }} as window_days,
        {{ days_from('mornings.as_of_date', '-' ~ effect_window_days('horizon')) }} as window_start_date,
        {{ days_from('mornings.as_of_date', -setting('lookback_days')) }} as lookback_start_date
    from mornings
    cross join horizon

),

shop as (

    select min(known_from_date) as amounts_known_from_date
    from purchases
    where purchase_amount is not null

),

bought as (

    select
        dated.customer_id,
        dated.as_of_date,
        {{ days_between('max(purchases.purchase_date)', 'dated.as_of_date') }} as days_since_last_order, -- noqa: LT05
        {{ days_between('min(purchases.purchase_date)', 'dated.as_of_date') }} as days_since_first_order, -- noqa: LT05
        count(*) filter (where purchases.purchase_date >= dated.window_start_date) as orders_count_before,
        {{ known_sum(
            'purchases.purchase_amount', condition='purchases.purchase_date >= dated.window_start_date'
        ) }} as spend_amount_before,
        count(*) filter (where purchases.purchase_date >= dated.lookback_start_date)
            as orders_count_lookback,
        {{ known_sum(
            'purchases.purchase_amount', condition='purchases.purchase_date >= dated.lookback_start_date'
        ) }} as spend_amount_lookback,
        {% set with_amount = 'purchases.purchase_amount is not null' %}
        {{ exact_sum('purchases.discount_amount', condition=with_amount) }} / nullif(
            {{ exact_sum('purchases.purchase_amount') }}
            + {{ exact_sum('purchases.discount_amount', condition=with_amount) }}, 0
        ) as discount_share
    from dated
    inner join purchases
        on
            dated.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'dated.as_of_date') }}
    group by dated.customer_id, dated.as_of_date

),

credited as (

    select
        dated.customer_id,
        dated.as_of_date,
        {{ exact_sum(
            'credits.credited_amount', condition='credits.return_date >= dated.window_start_date'
        ) }} as spend_amount_before,
        {{ exact_sum(
            'credits.credited_amount', condition='credits.return_date >= dated.lookback_start_date'
        ) }} as spend_amount_lookback
    from dated
    inner join credits
        on
            dated.customer_id = credits.customer_id
            and dated.as_of_date >= credits.known_from_date
    group by dated.customer_id, dated.as_of_date

),

{% for name, time in {'tickets': 'opened_at', 'reviews': 'reviewed_at', 'sessions': 'started_at'}.items() %}

    {{ name }}_counted as (

        select
            dated.customer_id,
            dated.as_of_date,
            {% if name == 'reviews' %}
                avg(cast({{ name }}.rating as double)) as rating_mean,
            {% elif name == 'tickets' %}
                count(*) filter (where {{ name }}.ticket_type = 'complaint') as complaints_count,
            {% endif %}
            count(*) as {{ name }}_count
        from dated
        inner join {{ name }}
            on
                dated.customer_id = {{ name }}.customer_id
                and {{ seen_by(name ~ '.' ~ time, name ~ '.loaded_at', 'dated.as_of_date') }}
                and cast({{ name }}.{{ time }} as date) >= dated.lookback_start_date
        group by dated.customer_id, dated.as_of_date

    ),

{% endfor %}

features as (

    select
        dated.customer_id,
        dated.as_of_date,
        dated.window_days,
        cast(bought.days_since_last_order as double) as days_since_last_order,
        cast(bought.days_since_first_order as double) as days_since_first_order,
        cast(coalesce(bought.orders_count_before, 0) as double) as orders_count_before,
        {{ spend.spend_amount_before }} as spend_amount_before,
        cast(coalesce(bought.orders_count_lookback, 0) as double) as orders_count_lookback,
        {{ spend.spend_amount_lookback }} as spend_amount_lookback,
        round(bought.discount_share, 6) as discount_share,
        round(
            coalesce(
                dated.window_days
                / cast(dated.window_days + 2 * bought.days_since_last_order as double), 0
            ), 2
        ) as recency_weight,
        {{ power_band('bought.days_since_last_order') }} as recency_band,
        {{ power_band('coalesce(bought.orders_count_lookback, 0)') }} as frequency_band,
        case
            when {{ spend.spend_amount_lookback }} is not null
                then {{ power_band('greatest(' ~ spend.spend_amount_lookback ~ ', 0)') }}
        end as spend_band,
        cast(coalesce(tickets_counted.tickets_count, 0) as double) as tickets_count,
        cast(coalesce(tickets_counted.complaints_count, 0) as double) as complaints_count,
        round(reviews_counted.rating_mean, 6) as rating_mean,
        cast(coalesce(sessions_counted.sessions_count, 0) as double) as sessions_count,
        {{ one_hot('customers.acquisition_channel', setting('acquisition_channels'), 'is_acquired_by') }}
        cast(extract(year from dated.as_of_date) - customers.birth_year as double) as age_years
    from dated
    cross join shop
    left join bought
        on
            dated.customer_id = bought.customer_id
            and dated.as_of_date = bought.as_of_date
    left join credited
        on
            dated.customer_id = credited.customer_id
            and dated.as_of_date = credited.as_of_date
    {% for name in ['tickets', 'reviews', 'sessions'] %}
        left join {{ name }}_counted
            on
                dated.customer_id = {{ name }}_counted.customer_id
                and dated.as_of_date = {{ name }}_counted.as_of_date
    {% endfor %}
    left join customers on dated.customer_id = customers.customer_id

)

select * from features
{{ clustered_by(['customer_id', 'as_of_date']) }}
