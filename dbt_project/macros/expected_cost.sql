{# Expected cost of contacting one customer: the contact, and the offer times the probability that it is
   redeemed, by reached customers who would stay anyway and by those that the action keeps. With
   effect_rate = reach x p x g it is f + reach x (1 - p) x d + reach x p x g x d.

   effect_rate: change of the probability to stay; churn_probability: p; the others as in
   int_retention__actions. #}
{% macro expected_cost(effect_rate, churn_probability, reach_share, offer_value, contact_cost) -%}
    {{ contact_cost }} + {{ offer_value }}
    * greatest({{ reach_share }} * (1 - {{ churn_probability }}) + {{ effect_rate }}, 0)
{%- endmacro %}
