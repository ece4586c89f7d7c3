-- One row per as_of_date and common item: the item, its partners and its rules as bit sets.
-- Bit n of word w is the common item of rank 60 w + n + 1. With bit sets feat_co_purchase counts the pairs of
-- a customer without a join of their items with each other.
{% set bits = 60 %}
{% set words = range((setting('co_purchase_items') + bits - 1) // bits) %}

with common_items as (

    select
        as_of_date,
        item,
        floor((item_rank - 1) / {{ bits }}) as word,
        cast(power(2, (item_rank - 1) % {{ bits }}) as bigint) as item_bit
    from {{ ref('int_retention__common_items') }}

),

affinities as (

    select
        as_of_date,
        item,
        floor((other_item_rank - 1) / {{ bits }}) as word,
        cast(power(2, (other_item_rank - 1) % {{ bits }}) as bigint) as other_item_bit,
        confidence >= {{ setting('rule_min_confidence') }}
        and lift > 1
        and lift >= {{ setting('rule_min_lift') }} as is_rule
    from {{ ref('int_retention__item_affinities') }}

),

partners as (

    select
        {% for word in words %}
            bit_or(case when word = {{ word }} then other_item_bit else 0 end) as partners_{{ word }},
            bit_or(case when word = {{ word }} and is_rule then other_item_bit else 0 end)
                as consequents_{{ word }},
        {% endfor %}
        as_of_date,
        item
    from affinities
    group by as_of_date, item

),

item_bits as (

    select
        {% for word in words %}
            case when common_items.word = {{ word }} then common_items.item_bit else 0 end as own_{{ word }},
            coalesce(partners.partners_{{ word }}, 0) as partners_{{ word }},
            coalesce(partners.consequents_{{ word }}, 0) as consequents_{{ word }},
        {% endfor %}
        common_items.as_of_date,
        common_items.item
    from common_items
    left join partners
        on
            common_items.as_of_date = partners.as_of_date
            and common_items.item = partners.item

)

select * from item_bits
