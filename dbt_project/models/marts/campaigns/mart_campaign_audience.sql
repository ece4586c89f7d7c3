-- One row per customer in today's campaigns: the arm, the channel, the offer, the products to show, and the
-- reason.
{% set items = 3 %}

with chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}

),

actions as (

    select * from {{ ref('int_retention__actions') }}

),

warnings as (

    select * from {{ ref('mart_early_warning') }}

),

recommendations as (

    select * from {{ ref('mart_product_recommendations') }}
    where
        list_name = 'mixed'
        and list_rank <= {{ items }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

recommended as (

    select
        recommendations.customer_id,
        {% for rank in range(1, items + 1) %}
            max(
                case
                    when recommendations.list_rank = {{ rank }}
                        then coalesce(products.product_name, recommendations.item)
                end
            ) as recommended_item_{{ rank }},
        {% endfor %}
        max(case when recommendations.list_rank = 1 then recommendations.reason end) as recommendation_reason
    from recommendations
    left join products on recommendations.item = products.product_id
    group by recommendations.customer_id

),

audience as (

    select
        chosen.campaign_id,
        chosen.customer_id,
        chosen.as_of_date,
        chosen.action,
        actions.channel,
        chosen.arm,
        actions.offer,
        {% for rank in range(1, items + 1) %}
            recommended.recommended_item_{{ rank }},
        {% endfor %}
        recommended.recommendation_reason,
        warnings.reason_1 as churn_reason,
        warnings.risk_tier,
        warnings.value_at_risk,
        chosen.evidence,
        {{ rounded('chosen.expected_cost_amount', 4) }} as expected_cost_amount,
        {{ rounded('chosen.expected_profit', 4) }} as expected_profit
    from chosen
    inner join actions on chosen.action = actions.action
    inner join warnings on chosen.customer_id = warnings.customer_id
    left join recommended on chosen.customer_id = recommended.customer_id

)

select * from audience
