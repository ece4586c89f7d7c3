{# The half-lives (days) and prior weights among which a backtest chooses: a few where the var is auto, else
   the var. The first of each is used where there is nothing to compare. #}
{% macro _recommendation_choices() %}
    {% set half_life = retention.setting('recommendation_half_life_days') %}
    {% set weight = retention.setting('recommendation_prior_weight') %}
    {{ return({
        'half_lives': [60, 120, 365] if half_life == 'auto' else [half_life],
        'weights': [0.5, 2, 10] if weight == 'auto' else [weight],
    }) }}
{% endmacro %}
