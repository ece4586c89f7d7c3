{# Query: the churn label of each row of spine, by each churn definition.

   spine: customer_id, as_of_date, label_window_end_date, churn_horizon_days, split. purchases: as
   int_retention__purchases. habits: as int_retention__purchase_habits.

   fixed_horizon: the customer churned if they made no purchase in the label window.

   personal_cadence: the customer churned if they stayed silent for longer than personal_cadence_multiple
   times their rhythm. The rhythm is the median of the days between purchase days, as known on as_of_date;
   the silence is counted from the last purchase known then. The answer is open for at least
   personal_cadence_min_days after as_of_date, and closed at the end of the label window. A customer with one
   purchase day has no rhythm: then the whole window counts.

   spend_decline: the customer churned, in part or completely, if they spent less in the label window than
   spend_decline_share of their usual spend for as many days. Usual is the spend of the look-back, or of the
   time since the first purchase if that is shorter, but of at least one label window. Purchases without an
   amount add no spend. If no amount is known, in the look-back or in the label window, the rule of
   fixed_horizon applies. #}
{% macro churn_labels(spine, purchases, habits) -%}
    {% set cadence_multiple = retention.setting('personal_cadence_multiple') %}
    {% set cadence_min_days = retention.setting('personal_cadence_min_days') %}
    {% set spend_share = retention.setting('spend_decline_share') %}

    with windows as (

        select
            spine.customer_id,
            spine.as_of_date,
            count(*) as purchases_in_horizon_count,
            min(purchases.purchase_date) as next_purchase_date,
            {{ known_sum('purchases.purchase_amount') }} as spend_in_horizon_amount
        from {{ spine }} as spine
        inner join {{ purchases }} as purchases
            on
                spine.customer_id = purchases.customer_id
                and purchases.purchase_date >= spine.as_of_date
                and purchases.purchase_date < spine.label_window_end_date
                and {{ retention.is_kept('purchases') }}
        group by spine.customer_id, spine.as_of_date

    ),

    measured as (

        select
            spine.customer_id,
            spine.as_of_date,
            spine.split,
            spine.label_window_end_date,
            habits.last_purchase_date,
            habits.rhythm_days,
            case
                when habits.rhythm_days is null then spine.label_window_end_date
                else least(
                    spine.label_window_end_date,
                    greatest(
                        {{ days_from('spine.as_of_date', cadence_min_days) }},
                        {{ days_from(
                            'habits.last_purchase_date',
                            'cast(floor(' ~ cadence_multiple ~ ' * habits.rhythm_days) as integer) + 1'
                        ) }}
                    )
                )
            end as cadence_end_date,
            round(
                habits.lookback_spend_amount * spine.churn_horizon_days
                / least(
                    {{ retention.setting('lookback_days') }},
                    greatest(
                        {{ days_between('habits.first_purchase_date', 'spine.as_of_date') }},
                        spine.churn_horizon_days
                    )
                ), 6
            ) as usual_spend_amount,
            coalesce(windows.purchases_in_horizon_count, 0) as purchases_in_horizon_count,
            windows.next_purchase_date,
            case
                when windows.customer_id is null then 0
                else windows.spend_in_horizon_amount
            end as spend_in_horizon_amount
        from {{ spine }} as spine
        inner join {{ habits }} as habits
            on
                spine.customer_id = habits.customer_id
                and spine.as_of_date = habits.as_of_date
        left join windows
            on
                spine.customer_id = windows.customer_id
                and spine.as_of_date = windows.as_of_date

    ),

    labels as (

        select
            *,
            purchases_in_horizon_count = 0 as is_churned_by_fixed_horizon,
            coalesce(next_purchase_date >= cadence_end_date, true) as is_churned_by_personal_cadence,
            case
                when usual_spend_amount > 0 and spend_in_horizon_amount is not null
                    then round(spend_in_horizon_amount, 6) < round({{ spend_share }} * usual_spend_amount, 6)
                else purchases_in_horizon_count = 0
            end as is_churned_by_spend_decline
        from measured

    )

    select * from labels
{%- endmacro %}
