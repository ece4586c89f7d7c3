{# CTEs that end in `labels`: churned or not, by each churn definition, of every row of the CTE `spine` (customer_id,
   as_of_date, label_window_end_date, churn_horizon_days, split). They read the CTEs `purchases` and `habits`, of
   purchase_habit_ctes or int_retention__purchase_habits.

   fixed_horizon: churned is who buys nothing in the label window.

   personal_cadence: churned is who stays silent for longer than personal_cadence_multiple times their own
   rhythm. The rhythm is the median of the days between the customer's purchase days, as they were known
   on as_of_date: one long holiday does not move it. Silence is counted from the last purchase known then.
   So that the answer is never known beforehand, nobody is called before personal_cadence_min_days after
   as_of_date; so that it closes with all the others, nobody later than the end of the label window. With
   one purchase day there is no rhythm, and the whole window is waited for.

   spend_decline: churned, in part or altogether, is who spends in the label window less than
   spend_decline_share of their own usual spend for as many days. Usual is the spend of the look-back, or
   of the time since the first purchase where that is shorter, though of one window's length at least.
   Purchases without an amount count for no spend. Where no amount is known, of the look-back or of the label
   window's purchases, who buys nothing has churned. #}
{% macro definition_label_ctes() -%}
    {% set cadence_multiple = number_var('personal_cadence_multiple', 0.1, 1000) %}
    {% set cadence_min_days = number_var('personal_cadence_min_days', 1, 3650, whole=true) %}
    {% set spend_share = number_var('spend_decline_share', 0.01, 1) %}

    windows as (

        select
            spine.customer_id,
            spine.as_of_date,
            count(*) as purchases_in_horizon_count,
            min(purchases.purchase_date) as next_purchase_date,
            {{ known_sum('purchases.purchase_amount') }} as spend_in_horizon_amount
        from spine
        inner join purchases
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
                    {{ retention.lookback_days() }},
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
        from spine
        inner join habits
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
{%- endmacro %}
