{# Prices (struct place_price, budget_price) of a place in an action and of a unit of the budget, for the
   action that a row names. The arrays are the same in every row: actions and places (infinity = no limit)
   have one item per action; customers, candidate_actions, profits and costs have one item per candidate.
   budget: null = no limit. #}
{% macro fit_choice_prices(action, budget, actions, places, customers, candidate_actions, profits, costs) -%}
    {{ adapter.dispatch('fit_choice_prices', 'retention')(
        action, budget, actions, places, customers, candidate_actions, profits, costs
    ) }}
{%- endmacro %}

{% macro default__fit_choice_prices(
    action, budget, actions, places, customers, candidate_actions, profits, costs
) -%}
    {{ retention._function_call('fit_choice_prices', [
        action, budget, actions, places, customers, candidate_actions, profits, costs
    ]) }}
{%- endmacro %}
