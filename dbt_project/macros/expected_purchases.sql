{# Purchases (double) that MBG/NBD expects within some weeks, of a customer with so many repeats, the last of them
   last_weeks and today observed_weeks after the first purchase. parameters: alias of int_retention__purchase_process. #}
{% macro expected_purchases(parameters, repeats, last_weeks, observed_weeks, weeks) -%}
    {{ adapter.dispatch('expected_purchases', 'retention')(parameters, repeats, last_weeks, observed_weeks, weeks) }}
{%- endmacro %}

{% macro default__expected_purchases(parameters, repeats, last_weeks, observed_weeks, weeks) -%}
    expected_purchases(
        {{ parameters }}.mbg_nbd_r, {{ parameters }}.mbg_nbd_alpha, {{ parameters }}.mbg_nbd_a, {{ parameters }}.mbg_nbd_b,
        {{ repeats }}, {{ last_weeks }}, {{ observed_weeks }}, {{ weeks }}
    )
{%- endmacro %}
