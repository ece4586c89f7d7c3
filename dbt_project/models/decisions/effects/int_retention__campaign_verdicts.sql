-- One row per campaign: whether its effect is causal, and the findings of its checks.
{% set checks_count = 12 %}

with checks as (

    select * from {{ ref('int_retention__campaign_checks') }}

),

outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where arm <> 'comparison'

),

spans as (

    select
        campaign_id,
        max(action) as action,
        min(assigned_date) as assigned_from_date,
        max(assigned_date) as assigned_until_date
    from outcomes
    group by campaign_id

),

judged as (

    select
        campaign_id,
        max(case when check_name = 'no_control' and is_flagged then 1 else 0 end) = 0 as has_control,
        max(case when is_disqualifying then 1 else 0 end) = 0 as is_causal,
        {% for number in range(1, checks_count + 1) %}
            coalesce(max(case when check_number = {{ number }} then finding end) || '; ', '')
            {{ '||' if not loop.last }}
        {% endfor %} as findings
    from checks
    group by campaign_id

),

verdicts as (

    select
        spans.campaign_id,
        spans.action,
        spans.assigned_from_date,
        spans.assigned_until_date,
        case when judged.has_control then 'randomised' else 'observational' end as design,
        judged.is_causal,
        case
            when length(judged.findings) > 0 then substr(judged.findings, 1, length(judged.findings) - 2)
        end as warning
    from spans
    inner join judged on spans.campaign_id = judged.campaign_id

)

select * from verdicts
