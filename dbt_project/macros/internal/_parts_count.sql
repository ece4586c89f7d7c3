{# How many parts the shop's customers make, 1 at least. #}
{% macro _parts_count(customers_at_once) %}
    {% set buyers = run_query('select buyers_count from ' ~ retention._relation_named('int_retention__today'))[0][0] %}
    {{ return([((buyers or 0) / customers_at_once) | round(0, 'ceil') | int, 1] | max) }}
{% endmacro %}
