{# Factor (struct mean, standard_error) between the measured and the assumed effect of an action in a tier.
   It is fitted on arrays with one item per arm of an audience: the numbers of its level (month and tier),
   action and tier, the assumed effect (0 for controls), the observed surplus, and its standard error.
   Actions and tiers are numbered from 1. #}
{% macro fit_action_effect(
    action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors
) -%}
    {{ adapter.dispatch('fit_action_effect', 'retention')(
        action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors
    ) }}
{%- endmacro %}

{% macro default__fit_action_effect(
    action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors
) -%}
    {{ retention._function_call('fit_action_effect', [
        retention.setting('prior_effect_error'), action, tier, levels, actions, tiers, assumed_effects,
        surpluses, standard_errors
    ]) }}
{%- endmacro %}
