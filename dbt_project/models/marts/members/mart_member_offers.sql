-- One row per customer scored on the latest as_of_date: the tier earned, what is missing to the next one, and
-- which items to offer.
{% set text = dbt.type_string() %}
with warnings as (

    select * from {{ ref('mart_early_warning') }}

),

customers as (

    select
        customer_id,
        membership_tier
    from {{ ref('stg_retention__customers') }}

),

tier_progress as (

    select * from {{ ref('int_retention__tier_progress') }}

),

customer_values as (

    select * from {{ ref('ml_customer_values') }}
    where split = 'score'

),

companion_offers as (

    select * from {{ ref('int_retention__companion_offers') }}

),

offers as (

    select
        customer_id,
        max(case when offer_rank = 1 then offer_item end) as offer_1,
        max(case when offer_rank = 1 then offer_item_name end) as offer_1_name,
        max(case when offer_rank = 2 then offer_item end) as offer_2,
        max(case when offer_rank = 2 then offer_item_name end) as offer_2_name,
        max(case when offer_rank = 3 then offer_item end) as offer_3,
        max(case when offer_rank = 3 then offer_item_name end) as offer_3_name,
        max(
            case
                when offer_rank = 1
                    then
                        'customers who buy ' || known_item_name || ' buy it '
                        || cast(cast(customer_lift as decimal(18, 1)) as {{ text }})
                        || ' times as often as others'
            end
        ) as offer_1_reason
    from companion_offers
    group by customer_id

),

final as (

    select
        warnings.customer_id,
        warnings.as_of_date,
        coalesce(customers.membership_tier is not null, false) as is_member,
        customers.membership_tier,
        tier_progress.spend_amount_12m,
        tier_progress.orders_count_12m,
        tier_progress.earned_tier,
        tier_progress.next_tier,
        round(tier_progress.amount_to_next_tier, 2) as amount_to_next_tier,
        cast(tier_progress.orders_to_next_tier as integer) as orders_to_next_tier,
        case
            when tier_progress.next_tier is not null
                then
                    coalesce(
                        tier_progress.amount_to_next_tier <= customer_values.expected_value_horizon, false
                    )
                    or coalesce(
                        tier_progress.orders_to_next_tier <= customer_values.expected_orders_horizon, false
                    )
        end as is_next_tier_near,
        offers.offer_1,
        offers.offer_1_name,
        offers.offer_1_reason,
        offers.offer_2,
        offers.offer_2_name,
        offers.offer_3,
        offers.offer_3_name,
        warnings.churn_probability,
        warnings.risk_tier,
        warnings.value_at_risk
    from warnings
    inner join tier_progress on warnings.customer_id = tier_progress.customer_id
    inner join customer_values on warnings.customer_id = customer_values.customer_id
    left join customers on warnings.customer_id = customers.customer_id
    left join offers on warnings.customer_id = offers.customer_id

)

select * from final
