{# Expected profit of contacting one customer: the change of the probability to stay times the value kept,
   less the expected cost.

   Before an experiment effect_rate is reach x p x g. With a reach of 1 and the cost of expected_cost() the
   profit is p x g x (V - d) - (1 - p) x d - f of Verbraken, Verbeke and Baesens (2013), "A novel profit
   maximizing metric for measuring classification performance of customer churn prediction models", IEEE
   Transactions on Knowledge and Data Engineering 25(5). After an experiment effect_rate is the measured
   tau: tau x V - cost. #}
{% macro expected_profit(effect_rate, value_kept, expected_cost) -%}
    ({{ effect_rate }}) * {{ value_kept }} - ({{ expected_cost }})
{%- endmacro %}
