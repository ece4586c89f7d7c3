{# Number of parts of the customers of the shop, at least 1. #}
{% macro _parts_count(customers_at_once) %}
    {% set today = retention._relation_named('int_retention__today') %}
    {% set buyers = run_query('select buyers_count from ' ~ today)[0][0] %}
    {{ return([((buyers or 0) / customers_at_once) | round(0, 'ceil') | int, 1] | max) }}
{% endmacro %}
