-- One row per metric: does the champion predict better than the challenger on the test date?
-- The difference is paired by customer: DeLong's for the AUC, the mean for the log loss. Above 0 the champion
-- is better.
{% set z_975 = 1.959964 %}

with judged as (

    select * from {{ ref('int_retention__judged_scores') }}
    where evidence = 'test'

),

challenger_scores as (

    select * from {{ ref('ml_challenger_scores') }}

),

paired as (

    select
        judged.as_of_date,
        judged.is_churned,
        judged.model_version as champion_version,
        challenger_scores.model_version as challenger_version,
        judged.churn_probability as champion_probability,
        round(challenger_scores.churn_probability, 6) as challenger_probability
    from judged
    left join challenger_scores
        on
            judged.customer_id = challenger_scores.customer_id
            and judged.as_of_date = challenger_scores.as_of_date

),

placed as (

    select
        *,
        {{ auc_placement('champion_probability', ['as_of_date']) }} as champion_placement,
        {{ auc_placement('challenger_probability', ['as_of_date']) }} as challenger_placement,
        {{ log_loss('champion_probability', 'is_churned') }} as champion_loss,
        {{ log_loss('challenger_probability', 'is_churned') }} as challenger_loss
    from paired

),

measured as (

    select
        as_of_date,
        min(champion_version) as champion_version,
        min(challenger_version) as challenger_version,
        cast(count(*) as double) as customers,
        cast(count(*) filter (where is_churned) as double) as churners,
        {{ exact_sum('champion_placement', scale=12, condition='is_churned') }} as champion_placements,
        {{ exact_sum('challenger_placement', scale=12, condition='is_churned') }} as challenger_placements,
        {{ exact_sum('champion_loss', scale=9) }} as champion_losses,
        {{ exact_sum('challenger_loss', scale=9) }} as challenger_losses,
        {{ sample_variance('(champion_placement - challenger_placement)', 'is_churned') }}
            as churners_variance,
        {{ sample_variance('(champion_placement - challenger_placement)', 'not is_churned') }}
            as stayers_variance,
        {{ sample_variance('(challenger_loss - champion_loss)', '1 = 1') }} as loss_variance
    from placed
    group by as_of_date

),

compared as (

    select
        'auc' as metric,
        as_of_date,
        champion_version,
        challenger_version,
        customers,
        case when churners > 0 and churners < customers then champion_placements / churners end
            as champion_value,
        case
            when challenger_version is not null and churners > 0 and churners < customers
                then challenger_placements / churners
        end as challenger_value,
        1 as better_sign,
        churners_variance / nullif(churners, 0) + stayers_variance / nullif(customers - churners, 0)
            as advantage_variance
    from measured
    union all
    select
        'log_loss' as metric,
        as_of_date,
        champion_version,
        challenger_version,
        customers,
        champion_losses / customers as champion_value,
        case when challenger_version is not null then challenger_losses / customers end as challenger_value,
        -1 as better_sign,
        loss_variance / customers as advantage_variance
    from measured

),

advantages as (

    select
        *,
        better_sign * (champion_value - challenger_value) as advantage,
        sqrt({{ held_within('advantage_variance', low=0) }}) as standard_error
    from compared

),

comparison as (

    select
        metric,
        as_of_date,
        champion_version,
        challenger_version,
        cast(customers as integer) as customers_count,
        round(champion_value, 6) as champion_value,
        round(challenger_value, 6) as challenger_value,
        round(advantage, 6) as champion_advantage,
        case when advantage is not null then round(advantage - {{ z_975 }} * standard_error, 6) end
            as champion_advantage_lower_95,
        case when advantage is not null then round(advantage + {{ z_975 }} * standard_error, 6) end
            as champion_advantage_upper_95,
        case
            when challenger_version is null then 'no challenger'
            when advantage - {{ z_975 }} * standard_error > 0 then 'champion'
            when advantage + {{ z_975 }} * standard_error < 0 then 'challenger'
            else 'undecided'
        end as better
    from advantages

)

select * from comparison
