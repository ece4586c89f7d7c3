-- One row per customer on the latest as_of_date and alert: what has changed since the previous scoring date?
-- Empty on the first scoring date. If the churn definition or horizon has changed, there are no alerts on
-- probability and value.
{% set tiers = risk_tiers() | map(attribute='name') | list %}
{% set alert_tiers = setting('alert_tiers') or (tiers[:-1] or tiers) %}
{% for name in alert_tiers if name not in tiers %}
    {{ exceptions.raise_compiler_error(
        "alert_tiers names the tier '" ~ name ~ "'; the tiers of risk_tier_thresholds are "
        ~ tiers | join(', ') ~ ". See docs/vars.md"
    ) }}
{% endfor %}
{% set rise = setting('alert_probability_rise') %}
{% set value = setting('alert_value_at_risk') %}

with warnings as (

    select * from {{ ref('mart_early_warning') }}

),

history as (

    select * from {{ ref('mart_early_warning_history') }}

),

today as (

    select * from {{ ref('int_retention__today') }}

),

previous_date as (

    select max(history.as_of_date) as as_of_date
    from history
    inner join today
        on history.as_of_date < today.as_of_date

),

{% set alerts = {
    'newly_at_risk': 'risk_tier in (' ~ quoted_list(alert_tiers)
        ~ ') and coalesce(previous_risk_tier not in (' ~ quoted_list(alert_tiers) ~ '), true)',
    'rising': 'probability_change >= ' ~ rise,
    'value_reached': 'false' if value is none else
        'value_at_risk >= ' ~ value
        ~ ' and coalesce(value_at_risk - value_at_risk_change < ' ~ value ~ ', previous_as_of_date is null)',
} %}

alerted as (

    {% for alert, condition in alerts.items() %}
        select
            '{{ alert }}' as alert_type,
            warnings.*
        from warnings
        cross join previous_date
        where
            previous_date.as_of_date is not null
            and {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

alerts as (

    select
        customer_id,
        as_of_date,
        alert_type,
        risk_tier,
        previous_risk_tier,
        churn_probability,
        probability_change,
        value_at_risk,
        value_at_risk_change,
        previous_as_of_date,
        reason_1
    from alerted

)

select * from alerts
