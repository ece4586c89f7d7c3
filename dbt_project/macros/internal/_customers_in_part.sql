{# How many customer numbers a part of a by_part model has, how many parts there are, and whether the engine
   counts in arrays, if the model may.

   Arrays need small parts, and each part reads the other tables once more. That pays in a small shop, where
   most pairs of numbers occur: with 5,000 numbers it takes .7 of the CPU time of a hash table, with 40,000
   numbers 1.8 times as much. #}
{% macro _customers_in_part(may_count_in_arrays) %}
    {% set customer_items = retention._relation_named('int_retention__customer_items') %}
    {% set numbers = run_query('select max(customer_number) from ' ~ customer_items)[0][0] or 0 %}
    {% set in_arrays = may_count_in_arrays and numbers < 8192 %}
    {% set at_once = retention.setting('recommendation_customers_at_once') %}
    {% set size = [at_once, 1024] | min if in_arrays else at_once %}
    {{ return({'size': size, 'parts': numbers // size + 1, 'in_arrays': in_arrays}) }}
{% endmacro %}
