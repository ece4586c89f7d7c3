-- One row per customer of today: the tier earned, how far the next one is, and what to offer.
{% set tiers = member_tiers() %}

with warnings as (

    select * from {{ ref('mart_early_warning') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

{# For which no purchase was found. #}
credits as (

    select * from {{ ref('int_retention__returns') }}
    where order_id is null

),

customers as (

    select
        customer_id,
        membership_tier
    from {{ ref('stg_retention__customers') }}

),

customer_values as (

    select * from {{ ref('ml_customer_values') }}
    where split = 'score'

),

customer_items as (

    select * from {{ ref('int_retention__customer_items') }}
    where purpose = 'today'

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

affinity as (

    select * from {{ ref('mart_product_affinity') }}

),

tiers as (

    {% for tier in tiers %}
        select
            {{ tier.rank }} as tier_rank,
            {{ quoted_list([tier.tier]) }} as tier,
            cast({{ 'null' if tier.spend is none else tier.spend }} as double) as spend_threshold,
            cast({{ 'null' if tier.orders is none else tier.orders }} as double) as orders_threshold
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

credited as (

    select
        warnings.customer_id,
        {{ exact_sum('credits.returned_amount') }} as credited_amount_12m
    from warnings
    inner join credits
        on
            warnings.customer_id = credits.customer_id
            and warnings.as_of_date >= credits.known_from_date
            and credits.return_date >= {{ days_from('warnings.as_of_date', -365) }}
    group by warnings.customer_id

),

bought as (

    select
        warnings.customer_id,
        warnings.as_of_date,
        case
            when count(purchases.order_id) = 0 then 0
            else {{ known_sum('purchases.purchase_amount') }}
        end - coalesce(max(credited.credited_amount_12m), 0) as spend_amount_12m,
        count(purchases.order_id) as orders_count_12m
    from warnings
    left join credited on warnings.customer_id = credited.customer_id
    left join purchases
        on
            warnings.customer_id = purchases.customer_id
            and purchases.purchase_date >= {{ days_from('warnings.as_of_date', -365) }}
            and {{ known_at('purchases', 'warnings.as_of_date') }}
    group by warnings.customer_id, warnings.as_of_date

),

earned as (

    select
        bought.customer_id,
        coalesce(max(tiers.tier_rank), 0) as earned_rank
    from bought
    left join tiers
        on
            bought.spend_amount_12m >= tiers.spend_threshold
            or bought.orders_count_12m >= tiers.orders_threshold
    group by bought.customer_id

),

bought_items as (

    select
        customer_items.customer_id,
        items.item,
        row_number() over (
            partition by customer_items.customer_id
            order by round(customer_items.decayed_orders, 9) desc, items.item
        ) as item_rank
    from customer_items
    inner join warnings on customer_items.customer_id = warnings.customer_id
    inner join items on customer_items.item_code = items.item_code

),

usual_items as (

    select * from bought_items
    where item_rank <= {{ setting('member_offer_usual_items') }}

),

asked_items as (

    select distinct item from usual_items

),

paired as (

    select
        item,
        other_item,
        customer_cosine,
        customer_lift
    from affinity
    union all
    select
        other_item as item,
        item as other_item,
        customer_cosine,
        customer_lift
    from affinity

),

companions as (

    select
        paired.*,
        row_number() over (
            partition by paired.item
            order by round(paired.customer_cosine, 9) desc, paired.other_item
        ) as companion_rank,
        row_number() over (
            order by round(paired.customer_cosine, 9) desc, paired.item asc, paired.other_item asc
        ) as pair_rank
    from paired
    inner join asked_items on paired.item = asked_items.item
    where paired.customer_lift > 1

),

candidates as (

    select
        usual_items.customer_id,
        companions.other_item as offer_item,
        usual_items.item as known_item,
        companions.customer_cosine,
        companions.customer_lift,
        companions.pair_rank
    from usual_items
    inner join companions on usual_items.item = companions.item
    where companions.companion_rank <= {{ setting('member_offer_companions') }}

),

scored as (

    select
        candidates.customer_id,
        candidates.offer_item,
        {{ exact_sum('candidates.customer_cosine', scale=12) }} as score,
        min_by(candidates.known_item, candidates.pair_rank) as known_item,
        min_by(candidates.customer_lift, candidates.pair_rank) as customer_lift
    from candidates
    inner join items
        on
            candidates.offer_item = items.item
            and items.is_sellable
            and not items.is_left_out
    left join customer_items
        on
            candidates.customer_id = customer_items.customer_id
            and items.item_code = customer_items.item_code
    where customer_items.customer_id is null
    group by candidates.customer_id, candidates.offer_item

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by round(score, 9) desc, offer_item
        ) as offer_rank
    from scored

),

offers as (

    select
        customer_id,
        {% for number in (1, 2, 3) %}
            max(case when offer_rank = {{ number }} then offer_item end) as offer_{{ number }},
        {% endfor %}
        {% set text = dbt.type_string() %}
        max(
            case
                when offer_rank = 1
                    then
                        'who buys ' || known_item || ' buys it '
                        || cast(cast(customer_lift as decimal(18, 1)) as {{ text }})
                        || ' times as often as others'
            end
        ) as offer_1_reason
    from ranked
    group by customer_id

),

final as (

    select
        warnings.customer_id,
        warnings.as_of_date,
        coalesce(customers.membership_tier is not null, false) as is_member,
        customers.membership_tier,
        bought.spend_amount_12m,
        cast(bought.orders_count_12m as integer) as orders_count_12m,
        earned_tiers.tier as earned_tier,
        next_tiers.tier as next_tier,
        round(next_tiers.spend_threshold - bought.spend_amount_12m, 2) as amount_to_next_tier,
        cast(next_tiers.orders_threshold - bought.orders_count_12m as integer) as orders_to_next_tier,
        case
            when next_tiers.tier is not null
                then
                    coalesce(
                        next_tiers.spend_threshold - bought.spend_amount_12m
                        <= customer_values.expected_value_horizon,
                        false
                    )
                    or coalesce(
                        next_tiers.orders_threshold - bought.orders_count_12m
                        <= customer_values.expected_orders_horizon,
                        false
                    )
        end as is_next_tier_near,
        offers.offer_1,
        offers.offer_1_reason,
        offers.offer_2,
        offers.offer_3,
        warnings.churn_probability,
        warnings.risk_tier,
        warnings.value_at_risk
    from warnings
    inner join bought on warnings.customer_id = bought.customer_id
    inner join earned on warnings.customer_id = earned.customer_id
    inner join customer_values on warnings.customer_id = customer_values.customer_id
    left join customers on warnings.customer_id = customers.customer_id
    left join tiers as earned_tiers on earned.earned_rank = earned_tiers.tier_rank
    left join tiers as next_tiers on earned.earned_rank + 1 = next_tiers.tier_rank
    left join offers on warnings.customer_id = offers.customer_id

)

select * from final
