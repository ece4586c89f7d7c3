-- noqa: disable=LT05
-- One row per customer and lapsed category: the customer still buys in the shop, but has left the category.
-- A category is lapsed where the customer bought it on at least min_days days, has not bought it for
-- personal_cadence_multiple usual gaps, and has bought others on at least min_later_days days since: so many
-- that a pause of this length has a chance of at most max_chance at the customer's usual share.
{% set min_days = 4 %}
{% set min_later_days = 2 %}
{% set max_chance = 0.05 %}
{% set window_days = 364 %}
{% set text = dbt.type_string() %}

with scored as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_retention__spine') }}
    where split = 'score'

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

category_days as (

    select
        scored.customer_id,
        scored.as_of_date,
        purchase_lines.category,
        purchase_lines.purchase_date,
        {{ known_sum('purchase_lines.net_amount') }} as spend_amount
    from scored
    inner join purchase_lines
        on
            scored.customer_id = purchase_lines.customer_id
            and {{ known_at('purchase_lines', 'scored.as_of_date') }}
    group by scored.customer_id, scored.as_of_date, purchase_lines.category, purchase_lines.purchase_date

),

-- day_number: the first day with a purchase of the customer is 1, whatever was bought.
numbered as (

    select
        *,
        dense_rank() over (
            partition by customer_id
            order by purchase_date
        ) as day_number,
        max(purchase_date) over (partition by customer_id, category) as last_category_date
    from category_days

),

last_days as (

    select
        customer_id,
        max(day_number) as last_number
    from numbered
    group by customer_id

),

bought as (

    select
        customer_id,
        as_of_date,
        category,
        cast(count(*) as double) as days_count,
        min(purchase_date) as first_date,
        last_category_date,
        max(day_number) - min(day_number) as later_than_first_count,
        max(day_number) as last_category_number,
        {{ known_sum(
            'spend_amount', condition='purchase_date > ' ~ days_from('last_category_date', -window_days)
        ) }} as spend_amount
    from numbered
    where category is not null
    group by customer_id, as_of_date, category, last_category_date
    having count(*) >= {{ min_days }}

),

-- category_share: of the days with a purchase after the first one of the category, up to its last; with one
-- more day without it, so that few days do not make it certain.
measured as (

    select
        bought.*,
        {{ days_between('bought.last_category_date', 'bought.as_of_date') }} as days_since_category,
        {{ days_between('bought.first_date', 'bought.last_category_date') }} / (bought.days_count - 1)
            as usual_gap_days,
        last_days.last_number - bought.last_category_number as later_days_count,
        (bought.days_count - 1) / (bought.later_than_first_count + 1) as category_share
    from bought
    inner join last_days on bought.customer_id = last_days.customer_id

),

judged as (

    select
        *,
        round(power(1 - category_share, later_days_count), 6) as chance_probability,
        days_since_category / usual_gap_days as gaps_since_category
    from measured
    where later_days_count >= {{ min_later_days }}

),

lapsed as (

    select
        customer_id,
        as_of_date,
        category,
        last_category_date,
        cast(days_since_category as integer) as days_since_category,
        cast(days_count as integer) as category_days_count,
        {{ rounded('usual_gap_days', 1) }} as usual_gap_days,
        {{ rounded('category_share', 4) }} as category_share,
        cast(later_days_count as integer) as later_days_count,
        chance_probability,
        {{ rounded('spend_amount', 2) }} as category_spend_amount_364d,
        'bought ' || category || ' about every ' || {{ words_for_number('usual_gap_days', 0) }}
        || ' days, but not in the last ' || cast(days_since_category as {{ text }})
        || ' days with other purchases on ' || cast(later_days_count as {{ text }}) || ' days' as reason
    from judged
    where
        chance_probability <= {{ max_chance }}
        and round(gaps_since_category, 6) >= {{ setting('personal_cadence_multiple') }}

)

select * from lapsed
