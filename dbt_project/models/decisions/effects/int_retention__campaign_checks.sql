-- One row per campaign and check: what may be wrong with the campaign, in words.
-- A flagged check that disqualifies takes away the right to call what the campaign shows causal.
-- Counts of few customers are hidden (min_group_size), and totals that would give away an arm of few.
{% set max_share = setting('campaign_max_fault_share') %}
{% set alarm = setting('sample_ratio_alarm') %}
{% set min_arm = setting('effect_min_arm_customers') %}
{% set planned = setting('campaign_control_shares') %}
{% set least_shown = setting('min_group_size') %}
{% set tiers_count = risk_tiers() | length + 2 %}
{% set text = dbt.type_string() %}

with outcomes as (

    select * from {{ ref('int_retention__campaign_outcomes') }}
    where arm <> 'comparison'

),

counted as (

    select
        campaign_id,
        count(*) as assigned_count,
        count(*) filter (where arm = 'treatment') as treated_count,
        count(*) filter (where arm = 'control') as control_count,
        count(*) filter (where arm = 'unknown') as unknown_count,
        count(*) filter (where is_contacted_before_assignment) as early_count,
        count(*) filter (where arm = 'control' and is_contacted) as contacted_control_count,
        count(*) filter (where not is_campaign_known) as unnamed_count,
        count(*) filter (where not is_window_closed) as open_count,
        count(*) filter (where is_window_closed and has_unknown_amounts) as unpriced_count,
        count(*) filter (where is_window_closed and not is_amount_known) > 0 as is_money_unknown,
        count(*) filter (where not is_cost_known) > 0 as is_cost_unknown,
        cast(
            case
                {% for campaign, share in planned.items() if campaign != 'default' %}
                    when campaign_id = '{{ campaign | string | replace("'", "''") }}' then {{ share }}
                {% endfor %}
                {# Campaigns that the package planned are named by action and day. #}
                when campaign_id like max(action) || '-____-__-__'
                    then {{ setting('control_share') or 'null' }}
                else {{ planned.get('default', 'null') }}
            end as double
        ) as planned_share
    from outcomes
    group by campaign_id

),

shares as (

    select
        counted.*,
        cast(counted.control_count as double)
        / nullif(counted.treated_count + counted.control_count, 0) as control_share
    from counted

),

-- How far the share of controls in a tier is from that of the campaign, in standard errors.
tiers as (

    select
        campaign_id,
        risk_tier,
        cast(count(*) as double) as customers_count,
        cast(count(*) filter (where arm = 'control') as double) as control_count
    from outcomes
    where arm in ('treatment', 'control')
    group by campaign_id, risk_tier

),

strays as (

    select
        shares.campaign_id,
        max(
            abs(tiers.control_count / tiers.customers_count - shares.control_share)
            / nullif(
                sqrt(
                    shares.control_share * (1 - shares.control_share) * (
                        1 / tiers.customers_count
                        - 1 / nullif(cast(shares.treated_count + shares.control_count as double), 0)
                    )
                ), 0
            )
        ) as distance
    from shares
    inner join tiers on shares.campaign_id = tiers.campaign_id
    where
        tiers.customers_count >= {{ min_arm }}
        and tiers.customers_count < shares.treated_count + shares.control_count
        and shares.control_count > 0
    group by shares.campaign_id

),

judged as (

    select
        shares.*,
        abs(control_count - (treated_count + control_count) * planned_share)
        / nullif(sqrt((treated_count + control_count) * planned_share * (1 - planned_share)), 0)
            as planned_distance,
        strays.distance as tier_distance,
        (treated_count > 0 and treated_count < {{ least_shown }})
        or (control_count > 0 and control_count < {{ least_shown }}) as has_small_arm
    from shares
    left join strays on shares.campaign_id = strays.campaign_id

),

shown as (

    select
        *,
        case when not has_small_arm then {{ hide_small_group('assigned_count', 'assigned_count') }} end
            as shown_assigned_count,
        case when not has_small_arm then treated_count + control_count end as shown_arms_count,
        {{ words_for_count('treated_count') }} as treated_words,
        {{ words_for_count('control_count') }} as control_words,
        {{ words_for_count('unknown_count') }} as unknown_words,
        {{ words_for_count('early_count') }} as early_words,
        {{ words_for_count('contacted_control_count') }} as contacted_control_words,
        {{ words_for_count('open_count') }} as open_words,
        {{ words_for_count('unpriced_count') }} as unpriced_words
    from judged

),

worded as (

    select
        *,
        coalesce(cast(shown_assigned_count as {{ text }}), 'the') as assigned_words
    from shown

),

checks as (

    {% set checks = [
        (
            'unknown_arm', 'unknown_count', 'unknown_count > 0', 'unknown_count > ' ~ max_share ~ ' * assigned_count',
            "unknown_words || ' of ' || assigned_words || ' customers are in an unknown arm and left out'",
        ),
        (
            'contact_before_assignment', 'early_count', 'early_count > 0',
            'early_count > ' ~ max_share ~ ' * assigned_count',
            "early_words || ' of ' || assigned_words || ' customers were contacted before they were assigned'",
        ),
        (
            'contacted_control', 'contacted_control_count', 'contacted_control_count > 0',
            'contacted_control_count > ' ~ max_share ~ ' * control_count',
            "contacted_control_words || ' of ' || control_words || ' controls were contacted'",
        ),
        (
            'no_treatment', 'shown_assigned_count', 'treated_count = 0', 'treated_count = 0',
            "'nobody was assigned to treatment: there is nothing to compare'",
        ),
        (
            'no_control', 'shown_assigned_count', 'control_count = 0', 'control_count = 0',
            "'nobody was held out: treated customers are compared with alike customers, which is no proof'",
        ),
        (
            'sample_ratio_mismatch', 'shown_arms_count',
            'round(planned_distance, 6) > (' ~ normal_quantile(1 - alarm / 2) ~ ')',
            'round(planned_distance, 6) > (' ~ normal_quantile(1 - alarm / 2) ~ ')',
            "case when has_small_arm then 'another share' else round(100 * control_share, 1) || ' %' end || ' are controls "
            ~ "where ' || round(100 * planned_share, 1) || ' % were planned: the arms were not drawn as planned'",
        ),
        (
            'arms_differ_by_risk', 'shown_arms_count',
            'round(tier_distance, 6) > (' ~ normal_quantile(1 - alarm / 2 / tiers_count) ~ ')',
            'round(tier_distance, 6) > (' ~ normal_quantile(1 - alarm / 2 / tiers_count) ~ ')',
            "'the share of controls differs between risk tiers by more than chance: the arms were not drawn at random'",
        ),
        (
            'unknown_campaign', 'shown_assigned_count', 'unnamed_count > 0', '1 = 0',
            "'the input campaigns does not have this campaign: action and costs are not known'",
        ),
        (
            'window_open', 'open_count', 'open_count > 0', '1 = 0',
            "open_words || ' of ' || assigned_words || ' customers are still within the window and do not count yet'",
        ),
        (
            'too_few', 'shown_arms_count',
            'control_count > 0 and least(treated_count, control_count) < ' ~ min_arm, '1 = 0',
            "'with ' || treated_words || ' treated and ' || control_words || ' controls there is no interval'",
        ),
        (
            'amounts_unknown', 'unpriced_count', 'is_money_unknown or unpriced_count > 0', '1 = 0',
            "case when is_money_unknown then 'no amount is known of what was bought: effects on spend and profit are "
            ~ "not known, map order_amount' else unpriced_words || ' of ' || assigned_words || ' customers have "
            ~ "orders without an amount: spend and profit count the other orders only' end",
        ),
        (
            'costs_unknown', 'shown_assigned_count', 'is_cost_unknown', '1 = 0',
            "'the input campaigns gives no contact_cost for it: its cost and profit are not known'",
        ),
    ] %}
    {% for name, affected, is_flagged, is_disqualified, words in checks %}
        select
            campaign_id,
            '{{ name }}' as check_name,
            {{ loop.index }} as check_number,
            cast(shown_assigned_count as integer) as assigned_count,
            coalesce({{ is_flagged }}, false) as is_flagged,
            coalesce({{ is_disqualified }}, false) as is_disqualifying,
            cast(
                case
                    when coalesce({{ is_flagged }}, false) then {{ hide_small_group(affected, affected) }}
                    else 0
                end as integer
            ) as affected_count,
            case when coalesce({{ is_flagged }}, false) then cast({{ words }} as {{ text }}) end as finding
        from worded
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from checks
