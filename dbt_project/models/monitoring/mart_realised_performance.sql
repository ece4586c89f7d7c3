-- One row per evidence, as_of_date and group of customers: how well do predictions match the outcomes?
-- The interval of the AUC is DeLong's. Groups of few customers are left out (is_shown_group).
{% set z_975 = 1.959964 %}
{% set groups = {'all': "'all'", 'segment': 'segment_name', 'risk_tier': 'risk_tier'} %}
{% set keys = ['evidence', 'as_of_date', 'group_type', 'group_name'] %}

with judged as (

    select * from {{ ref('int_retention__judged_scores') }}

),

grouped as (

    {% for group_type, group_name in groups.items() %}
        select
            evidence,
            as_of_date,
            model_version,
            '{{ group_type }}' as group_type,
            {{ group_name }} as group_name,
            churn_probability,
            is_churned
        from judged
        where {{ group_name }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

placed as (

    select
        *,
        {{ auc_placement('churn_probability', keys) }} as placement
    from grouped

),

measured as (

    select
        evidence,
        as_of_date,
        group_type,
        group_name,
        min(model_version) as model_version,
        cast(count(*) as double) as customers,
        cast(count(*) filter (where is_churned) as double) as churners,
        {{ exact_sum('churn_probability', scale=6) }} as expected_churners,
        {{ exact_sum('placement', scale=12, condition='is_churned') }} as placements,
        {{ sample_variance('placement', 'is_churned') }} as churners_variance,
        {{ sample_variance('placement', 'not is_churned') }} as stayers_variance,
        {{ exact_sum(log_loss('churn_probability', 'is_churned'), scale=9) }} as losses,
        {{ exact_sum('power(churn_probability - case when is_churned then 1 else 0 end, 2)', scale=12) }}
            as squared_errors,
        {{ is_shown_group('count(*)', ['evidence', 'as_of_date', 'group_type'], 'group_name') }} as is_shown
    from placed
    group by evidence, as_of_date, group_type, group_name

),

judged_groups as (

    select
        *,
        case when churners > 0 and churners < customers then placements / churners end as auc,
        churners_variance / nullif(churners, 0) + stayers_variance / nullif(customers - churners, 0)
            as auc_variance
    from measured
    where is_shown

),

spreads as (

    select
        *,
        sqrt({{ held_within('auc_variance', low=0) }}) as auc_standard_error
    from judged_groups

),

performance as (

    select
        evidence,
        as_of_date,
        group_type,
        group_name,
        model_version,
        cast(customers as integer) as customers_count,
        cast(churners as integer) as churners_count,
        round(expected_churners / customers, 6) as churn_probability_avg,
        round(churners / customers, 6) as churn_rate,
        round(auc, 6) as auc,
        round({{ held_within('auc - ' ~ z_975 ~ ' * auc_standard_error', low=0) }}, 6) as auc_lower_95,
        round({{ held_within('auc + ' ~ z_975 ~ ' * auc_standard_error', high=1) }}, 6) as auc_upper_95,
        round(losses / customers, 6) as log_loss,
        round(squared_errors / customers, 6) as brier
    from spreads

)

select * from performance
