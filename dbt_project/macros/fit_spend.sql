{# Parameters (struct p, q, v, log_likelihood) of the gamma-gamma model of spend, fitted on two arrays:
   purchases of each customer, and their mean spend. Null for empty arrays. #}
{% macro fit_spend(purchases, means) -%}
    {{ adapter.dispatch('fit_spend', 'retention')(purchases, means) }}
{%- endmacro %}

{% macro default__fit_spend(purchases, means) -%}
    {{ retention._function_call('fit_spend', [purchases, means]) }}
{%- endmacro %}
