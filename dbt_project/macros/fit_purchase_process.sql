{# Parameters (struct r, alpha, a, b, log_likelihood) of a purchase process, fitted on arrays of
   statistics.

   process: 'bg_nbd' or 'mbg_nbd'; the arrays have x, t_x, T and the number of customers of each history. #}
{% macro fit_purchase_process(process, repeats, last, observed, customers) -%}
    {{ adapter.dispatch('fit_purchase_process', 'retention')(process, repeats, last, observed, customers) }}
{%- endmacro %}

{% macro default__fit_purchase_process(process, repeats, last, observed, customers) -%}
    {{ retention._function_call(
        'fit_purchase_process', ["'" ~ process ~ "'", repeats, last, observed, customers]
    ) }}
{%- endmacro %}
