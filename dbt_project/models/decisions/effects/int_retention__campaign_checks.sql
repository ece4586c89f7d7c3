-- One row per campaign and check: what may be wrong with the campaign. The effect of a campaign is causal
-- where no check disqualifies it. Counts of few customers are hidden (min_group_size), and so are totals that
-- would reveal an arm of few.
{% set max_share = setting('campaign_max_fault_share') %}
{% set min_arm = setting('effect_min_arm_customers') %}
{% set least_shown = setting('min_group_size') %}
{% set alarm = setting('sample_ratio_alarm') %}
{# As many tests as risk tiers, with one for low and one for unknown. #}
{% set tier_alarm = alarm / (risk_tiers() | length + 2) %}

with counts as (

    select * from {{ ref('int_retention__campaign_counts') }}

),

judged as (

    select
        *,
        (treated_count > 0 and treated_count < {{ least_shown }})
        or (control_count > 0 and control_count < {{ least_shown }}) as has_small_arm,
        round(planned_distance, 6) > ({{ normal_quantile(1 - alarm / 2) }}) as is_ratio_wrong,
        round(tier_distance, 6) > ({{ normal_quantile(1 - tier_alarm / 2) }}) as is_tier_ratio_wrong
    from counts

),

shown as (

    select
        *,
        case when not has_small_arm then {{ hide_small_group('assigned_count', 'assigned_count') }} end
            as shown_assigned_count,
        case when not has_small_arm then arms_count end as shown_arms_count,
        case
            when has_small_arm or assigned_count < {{ least_shown }} then 'the'
            else cast(assigned_count as {{ dbt.type_string() }})
        end as assigned_words,
        case when has_small_arm then 'another share' else round(100 * control_share, 1) || ' %' end
            as control_share_words,
        {{ words_for_count('treated_count') }} as treated_words,
        {{ words_for_count('control_count') }} as control_words,
        {{ words_for_count('unknown_arm_count') }} as unknown_arm_words,
        {{ words_for_count('early_contact_count') }} as early_contact_words,
        {{ words_for_count('contacted_control_count') }} as contacted_control_words,
        {{ words_for_count('open_window_count') }} as open_window_words,
        {{ words_for_count('unknown_amount_count') }} as unknown_amount_words
    from judged

),

checks as (

    {{ campaign_check(
        'unknown_arm', 1, 'unknown_arm_count',
        is_flagged='unknown_arm_count > 0',
        is_disqualifying='unknown_arm_count > ' ~ max_share ~ ' * assigned_count',
        finding="unknown_arm_words || ' of ' || assigned_words"
            ~ " || ' customers have an unknown arm and are left out'"
    ) }}
    union all
    {{ campaign_check(
        'contact_before_assignment', 2, 'early_contact_count',
        is_flagged='early_contact_count > 0',
        is_disqualifying='early_contact_count > ' ~ max_share ~ ' * assigned_count',
        finding="early_contact_words || ' of ' || assigned_words"
            ~ " || ' customers were contacted before the assignment'"
    ) }}
    union all
    {{ campaign_check(
        'contacted_control', 3, 'contacted_control_count',
        is_flagged='contacted_control_count > 0',
        is_disqualifying='contacted_control_count > ' ~ max_share ~ ' * control_count',
        finding="contacted_control_words || ' of ' || control_words || ' controls were contacted'"
    ) }}
    union all
    {{ campaign_check(
        'no_treatment', 4, 'shown_assigned_count',
        is_flagged='treated_count = 0', is_disqualifying='treated_count = 0',
        finding="'no customer was assigned to treatment: there is nothing to compare'"
    ) }}
    union all
    {{ campaign_check(
        'no_control', 5, 'shown_assigned_count',
        is_flagged='control_count = 0', is_disqualifying='control_count = 0',
        finding="'there is no control arm: treated customers are compared with similar customers, "
            ~ "which proves nothing'"
    ) }}
    union all
    {{ campaign_check(
        'sample_ratio_mismatch', 6, 'shown_arms_count',
        is_flagged='is_ratio_wrong', is_disqualifying='is_ratio_wrong',
        finding="control_share_words || ' are controls where ' || round(100 * planned_share, 1)"
            ~ " || ' % were planned: the arms were not drawn as planned'"
    ) }}
    union all
    {{ campaign_check(
        'arms_differ_by_risk', 7, 'shown_arms_count',
        is_flagged='is_tier_ratio_wrong', is_disqualifying='is_tier_ratio_wrong',
        finding="'the share of controls differs between risk tiers by more than chance: "
            ~ "the arms are no random split'"
    ) }}
    union all
    {{ campaign_check(
        'unknown_campaign', 8, 'shown_assigned_count',
        is_flagged='unknown_campaign_count > 0', is_disqualifying='1 = 0',
        finding="'the campaign is missing in the input campaigns: its action and costs are not known'"
    ) }}
    union all
    {{ campaign_check(
        'window_open', 9, 'open_window_count',
        is_flagged='open_window_count > 0', is_disqualifying='1 = 0',
        finding="open_window_words || ' of ' || assigned_words"
            ~ " || ' customers have an open window and do not count yet'"
    ) }}
    union all
    {{ campaign_check(
        'too_few', 10, 'shown_arms_count',
        is_flagged='control_count > 0 and least(treated_count, control_count) < ' ~ min_arm,
        is_disqualifying='1 = 0',
        finding="treated_words || ' treated customers and ' || control_words"
            ~ " || ' controls are too few for an interval'"
    ) }}
    union all
    {{ campaign_check(
        'amounts_unknown', 11, 'unknown_amount_count',
        is_flagged='is_no_amount_known or unknown_amount_count > 0', is_disqualifying='1 = 0',
        finding="case when is_no_amount_known then 'no purchase has an amount: effects on spend and profit"
            ~ " are not known; map order_amount' else unknown_amount_words || ' of ' || assigned_words"
            ~ " || ' customers have orders without an amount, which add nothing to spend and profit' end"
    ) }}
    union all
    {{ campaign_check(
        'costs_unknown', 12, 'shown_assigned_count',
        is_flagged='is_cost_unknown', is_disqualifying='1 = 0',
        finding="'contact_cost is missing in the input campaigns: "
            ~ "cost and profit of the campaign are not known'"
    ) }}

)

select * from checks
