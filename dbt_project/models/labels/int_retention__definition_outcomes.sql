-- One row per customer, as_of_date and churn definition by which the customer churned: was that right?
-- It looks at a later window, as long as the label window, which starts when the label is known (call_date).
-- The later window closes for all definitions of a date at once, so they are compared on the same customers.
{% set spend_share = setting('spend_decline_share') %}

with definition_labels as (

    select * from {{ ref('int_retention__definition_labels') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

called as (

    {% for definition in _churn_definitions() %}
        select
            customer_id,
            as_of_date,
            '{{ definition }}' as churn_definition,
            {{ 'cadence_end_date' if definition == 'personal_cadence' else 'label_window_end_date' }}
                as call_date,
            label_window_end_date,
            last_purchase_date as last_known_purchase_date,
            usual_spend_amount
        from definition_labels
        where is_churned_by_{{ definition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

with_later_window as (

    select
        called.customer_id,
        called.as_of_date,
        called.churn_definition,
        called.call_date,
        called.last_known_purchase_date,
        called.usual_spend_amount,
        {{ days_from('called.call_date', 'horizon.churn_horizon_days') }} as later_window_end_date,
        {{ days_from('called.label_window_end_date', 'horizon.churn_horizon_days') }} <= today.as_of_date
            as is_later_window_closed
    from called
    cross join horizon
    cross join today

),

followed as (

    select
        with_later_window.customer_id,
        with_later_window.as_of_date,
        with_later_window.churn_definition,
        max(
            case when purchases.purchase_date < with_later_window.call_date then purchases.purchase_date end
        ) as last_purchase_date,
        count(*) filter (
            where purchases.purchase_date >= with_later_window.call_date
        ) as later_purchases_count,
        {{ known_sum(
            'purchases.purchase_amount', condition='purchases.purchase_date >= with_later_window.call_date'
        ) }} as later_spend_amount
    from with_later_window
    inner join purchases
        on
            with_later_window.customer_id = purchases.customer_id
            and purchases.purchase_date >= with_later_window.last_known_purchase_date
            and purchases.purchase_date < with_later_window.later_window_end_date
            and {{ is_kept('purchases') }}
    group by with_later_window.customer_id, with_later_window.as_of_date, with_later_window.churn_definition

),

outcomes as (

    select
        with_later_window.customer_id,
        with_later_window.as_of_date,
        with_later_window.churn_definition,
        with_later_window.call_date,
        cast(
            {{ days_between(
                'coalesce(followed.last_purchase_date, with_later_window.last_known_purchase_date)',
                'with_later_window.call_date'
            ) }} as integer
        ) as lead_time_days,
        with_later_window.is_later_window_closed,
        case
            when with_later_window.is_later_window_closed
                then coalesce(followed.later_purchases_count, 0) > 0
        end as has_bought_again,
        case
            when not with_later_window.is_later_window_closed then null
            when
                with_later_window.usual_spend_amount > 0
                and (
                    coalesce(followed.later_purchases_count, 0) = 0
                    or followed.later_spend_amount is not null
                )
                then
                    round(coalesce(followed.later_spend_amount, 0), 6)
                    >= round({{ spend_share }} * with_later_window.usual_spend_amount, 6)
            else coalesce(followed.later_purchases_count, 0) > 0
        end as has_recovered_spend
    from with_later_window
    left join followed
        on
            with_later_window.customer_id = followed.customer_id
            and with_later_window.as_of_date = followed.as_of_date
            and with_later_window.churn_definition = followed.churn_definition

)

select * from outcomes
