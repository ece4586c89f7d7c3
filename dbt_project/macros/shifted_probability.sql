{# A probability whose odds are multiplied by exp(shift): Bayes' rule for another base rate.

   Source: Saerens, Latinne & Decaestecker (2002), Adjusting the Outputs of a Classifier to New a Priori
   Probabilities. #}
{% macro shifted_probability(probability, log_odds_shift) -%}
    case
        when {{ log_odds_shift }} = 0 then {{ probability }}
        else
            {{ probability }} * exp({{ log_odds_shift }})
            / ({{ probability }} * exp({{ log_odds_shift }}) + 1 - {{ probability }})
    end
{%- endmacro %}
