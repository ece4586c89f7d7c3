{# Purchases (double) that a process expects within some weeks, for a customer with `repeats` repeat days,
   the last of them last_weeks after the first purchase, observed for observed_weeks.

   process: 'bg_nbd' or 'mbg_nbd'; parameters: alias of int_retention__purchase_process. #}
{% macro expected_purchases(process, parameters, repeats, last_weeks, observed_weeks, weeks) -%}
    {% set name = parameters ~ '.' ~ process %}
    {%- set fitted = [name ~ '_r', name ~ '_alpha', name ~ '_a', name ~ '_b'] -%}
    {{ adapter.dispatch('expected_purchases', 'retention')(
        process, fitted, [repeats, last_weeks, observed_weeks, weeks]
    ) }}
{%- endmacro %}

{% macro default__expected_purchases(process, fitted, history) -%}
    {{ retention._function_call('expected_purchases', ["'" ~ process ~ "'"] + fitted + history) }}
{%- endmacro %}
