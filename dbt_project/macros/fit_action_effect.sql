{# Factor (struct mean, standard_error) of an action in a tier on what was assumed of it, fitted on arrays with an item
   for each arm of an audience: numbers of its level (month and tier), action and tier, the effect that was assumed (0
   for controls), the surplus that was seen, and its standard error. Actions and tiers are numbered from 1. #}
{% macro fit_action_effect(action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors) -%}
    {{ adapter.dispatch('fit_action_effect', 'retention')(
        action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors
    ) }}
{%- endmacro %}

{% macro default__fit_action_effect(action, tier, levels, actions, tiers, assumed_effects, surpluses, standard_errors) -%}
    fit_action_effect(
            {{ retention.setting('prior_effect_error') }},
            {{ action }}, {{ tier }}, {{ levels }}, {{ actions }}, {{ tiers }},
            {{ assumed_effects }}, {{ surpluses }}, {{ standard_errors }}
        )
{%- endmacro %}
