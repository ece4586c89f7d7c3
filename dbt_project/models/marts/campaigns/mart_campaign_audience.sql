-- One row per customer in today's campaigns: the arm, the channel, the offer, the products to show, and the
-- reason.
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
        and list_rank <= 3

),

recommended as (

    select
        customer_id,
        max(case when list_rank = 1 then item_name end) as recommended_item_1,
        max(case when list_rank = 2 then item_name end) as recommended_item_2,
        max(case when list_rank = 3 then item_name end) as recommended_item_3,
        max(case when list_rank = 1 then reason end) as recommendation_reason
    from recommendations
    group by customer_id

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
        recommended.recommended_item_1,
        recommended.recommended_item_2,
        recommended.recommended_item_3,
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
