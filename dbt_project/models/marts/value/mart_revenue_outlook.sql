-- One row per kind of group and group of customers scored on the latest as_of_date: the revenue that they are
-- expected to bring in the next outlook_days, without and with the chosen actions. New customers are not in
-- it. The expected value of so many days lies between those of the horizon and of 12 months, on the power of
-- the days that goes through both. An action adds its effect on the chance to stay, times that value;
-- controls and the holdout get no action.
{% set outlook_days = 91 %}
{% set year_days = 365 %}

with customer_values as (

    select * from {{ ref('ml_customer_values') }}
    where split = 'score'

),

horizon as (

    select * from {{ ref('int_retention__horizon') }}

),

tiers as (

    select * from {{ ref('ml_risk_tiers') }}

),

chosen as (

    select * from {{ ref('int_retention__chosen_actions') }}
    where arm = 'treatment'

),

-- growth: the power of the days with which a customer's expected value grows.
grown as (

    select
        customer_values.*,
        horizon.churn_horizon_days,
        case
            when
                customer_values.expected_value_horizon > 0
                and customer_values.expected_value_12m > 0
                and horizon.churn_horizon_days <> {{ year_days }}
                then
                    ln(customer_values.expected_value_12m / customer_values.expected_value_horizon)
                    / ln({{ year_days }}e0 / horizon.churn_horizon_days)
        end as growth
    from customer_values
    cross join horizon

),

expected as (

    select
        customer_id,
        as_of_date,
        case
            when growth is not null
                then expected_value_horizon * power({{ outlook_days }}e0 / churn_horizon_days, growth)
            else expected_value_12m * {{ outlook_days }}e0 / {{ year_days }}
        end as value_amount
    from grown

),

per_customer as (

    select
        expected.customer_id,
        expected.as_of_date,
        coalesce(tiers.risk_tier, 'not known') as risk_tier,
        coalesce(chosen.action, 'none') as action,
        expected.value_amount,
        case when chosen.action is not null then 1 else 0 end as is_contacted,
        coalesce(chosen.effect_rate, 0) * expected.value_amount as added_amount,
        coalesce(chosen.expected_cost_amount, 0) as cost_amount,
        coalesce(chosen.expected_profit, 0) as profit_amount
    from expected
    left join tiers
        on
            expected.customer_id = tiers.customer_id
            and expected.as_of_date = tiers.as_of_date
    left join chosen
        on
            expected.customer_id = chosen.customer_id
            and expected.as_of_date = chosen.as_of_date

),

grouped as (

    {% for group_type, group_name in {'all': "'all'", 'risk_tier': 'risk_tier', 'action': 'action'}.items() %}
        select
            '{{ group_type }}' as group_type,
            {{ group_name }} as group_name,
            as_of_date,
            count(*) as customers_count,
            sum(is_contacted) as contacted_count,
            {{ known_sum('value_amount') }} as value_amount,
            {{ known_sum('added_amount') }} as added_amount,
            {{ exact_sum('cost_amount') }} as cost_amount,
            {{ exact_sum('profit_amount') }} as profit_amount
        from per_customer
        group by {{ group_name ~ ', ' if group_type != 'all' }}as_of_date
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged as (

    select
        *,
        contacted_count = 0
        or {{ is_shown_group('contacted_count', ['group_type', 'contacted_count = 0'], 'group_name') }}
            as is_contact_shown
    from grouped
    qualify {{ is_shown_group('customers_count', ['group_type'], 'group_name') }}

)

select
    group_type,
    group_name,
    as_of_date,
    {{ days_from('as_of_date', outlook_days) }} as until_date,
    customers_count,
    cast(case when is_contact_shown then contacted_count end as bigint) as contacted_customers_count,
    {{ rounded('value_amount', 2) }} as revenue_without_actions_amount,
    case when is_contact_shown then {{ rounded('value_amount + added_amount', 2) }} end
        as revenue_with_actions_amount,
    case when is_contact_shown then {{ rounded('added_amount', 2) }} end as added_revenue_amount,
    case when is_contact_shown then {{ rounded('cost_amount', 2) }} end as action_cost_amount,
    case when is_contact_shown then {{ rounded('profit_amount', 2) }} end as expected_profit_amount
from judged
