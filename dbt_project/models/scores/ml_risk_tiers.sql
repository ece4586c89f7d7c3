-- One row per customer on the latest as_of_date: churn probability, value at risk and risk tier.
-- Customers are ranked by probability, then by value at risk. A tier takes the customers who reach its
-- threshold, up to its capacity; the others are offered to the next tier.
{% set tiers = risk_tiers() %}

with scores as (

    select * from {{ ref('ml_churn_scores') }}
    where split = 'score'

),

customer_values as (

    select * from {{ ref('ml_customer_values') }}

),

valued as (

    select
        scores.customer_id,
        scores.as_of_date,
        round(scores.churn_probability, 6) as churn_probability,
        {{ rounded('customer_values.expected_value_12m', 2) }} as expected_value_12m,
        {{ rounded('scores.churn_probability * customer_values.expected_value_12m', 2) }} as value_at_risk,
        scores.model_version
    from scores
    inner join customer_values
        on
            scores.customer_id = customer_values.customer_id
            and scores.as_of_date = customer_values.as_of_date

),

ranked as (

    select
        *,
        row_number() over (
            order by churn_probability desc, value_at_risk desc nulls last, customer_id asc
        ) as risk_rank
    from valued

),

{# The last rank of each tier: the capacity left after the tiers above, up to the customers who reach it. #}
{% set last_ranks = {} %}
{% set above = namespace(last_rank='0') %}
{% for tier in tiers %}
    {% set reaching = 'count(*) filter (where churn_probability >= ' ~ tier.threshold ~ ')' %}
    {% if tier.capacity is none %}
        {% set above.last_rank = reaching %}
    {% else %}
        {% set share_room = 'floor(' ~ tier.capacity ~ ' * count(*))' %}
        {% set room = tier.capacity if tier.capacity is integer else share_room %}
        {% set above.last_rank = 'least(' ~ reaching ~ ', ' ~ above.last_rank ~ ' + ' ~ room ~ ')' %}
    {% endif %}
    {% do last_ranks.update({tier.name: above.last_rank}) %}
{% endfor %}

tier_ends as (

    select
        {% for last_rank in last_ranks.values() %}
            {{ last_rank }} as last_rank_{{ loop.index }},
        {% endfor %}
        count(*) as customers_count
    from ranked

),

tiered as (

    select
        ranked.customer_id,
        ranked.as_of_date,
        ranked.churn_probability,
        case
            {% for tier in tiers %}
                when ranked.risk_rank <= tier_ends.last_rank_{{ loop.index }}
                    then {{ quoted_list([tier.name]) }}
            {% endfor %}
            else 'low'
        end as risk_tier,
        ranked.risk_rank,
        ranked.expected_value_12m,
        ranked.value_at_risk,
        ranked.model_version
    from ranked
    cross join tier_ends

)

select * from tiered
