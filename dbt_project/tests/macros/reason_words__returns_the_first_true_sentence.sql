-- Conditions use the printed numbers: 25.4 days are not more than 25.3, because both are printed as 25.
-- A sentence without a condition is true where its first number is on the side of the average where more
-- customers churned. Null where no sentence is true.
{% set entries = [
    {'reason': 'silence', 'features': ['days'], 'sentences': [
        {'words': 'No order for {days day|days}, usually {gap_days}', 'holds_if': '{days} > {gap_days}'},
        {'words': 'Only order {days day|days} ago', 'holds_if': '{gap_days} is null'},
    ]},
    {
        'reason': 'visits', 'features': ['visits'],
        'words': 'Visits: {visits}', 'words_if_unknown': 'No visits are known',
    },
] %}

with customers as (

    {% for days, gap_days, visits in [(26, 25.3, 2), (25.4, 25.3, 9), (1, 'null', 'null'), (3, 9, 5.4)] %}
        select
            {{ loop.index }} as customer_number,
            cast({{ days }} as double) as days,
            cast({{ gap_days }} as double) as gap_days,
            cast({{ visits }} as double) as visits
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

average as (

    select
        cast(5 as double) as visits,
        cast(-1 as double) as risk_side_of_visits

),

said as (

    select
        customers.customer_number,
        {{ reason_words(_entry_sentences(entries[0], 'feat_silence'), 'customers') }} as silence,
        {{ reason_words(_entry_sentences(entries[1], 'feat_visits'), 'customers') }} as visits
    from customers
    cross join average

),

expected as (

    select
        1 as customer_number,
        'No order for 26 days, usually 25' as silence,
        'Visits: 2' as visits
    union all
    select
        2 as customer_number,
        null as silence,
        null as visits
    union all
    select
        3 as customer_number,
        'Only order 1 day ago' as silence,
        'No visits are known' as visits
    union all
    select
        4 as customer_number,
        null as silence,
        null as visits

)

select said.*
from said
inner join expected on said.customer_number = expected.customer_number
where
    said.silence is distinct from expected.silence
    or said.visits is distinct from expected.visits
