{# How many customer numbers a part of a by_part model has, and how many parts there are.

   Counts in arrays need an array of a small part, but each part reads the whole table once more: 1,024
   numbers, or more if there would be more than 200 parts. #}
{% macro _customers_in_part(in_arrays) %}
    {% set customer_items = retention._relation_named('int_retention__customer_items') %}
    {% set numbers = run_query('select max(customer_number) from ' ~ customer_items)[0][0] or 0 %}
    {% set at_once = retention.setting('recommendation_customers_at_once') %}
    {% if in_arrays %}
        {% set at_once = [at_once, [1024, (numbers / 200) | round(0, 'ceil') | int] | max] | min %}
    {% endif %}
    {{ return({'size': at_once, 'parts': numbers // at_once + 1}) }}
{% endmacro %}
