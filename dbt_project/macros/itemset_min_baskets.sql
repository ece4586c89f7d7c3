{# The least number of baskets that makes an itemset frequent: ceil(share * baskets), or the count itself.

   A share is rounded to nine places before it is rounded up: 0.1 * 30 is a little more than 3 as a double. #}
{% macro itemset_min_baskets(min_support, baskets_count) %}
    {% if min_support is integer %}
        {{ return(min_support) }}
    {% endif %}
    {{ return([((min_support * baskets_count) | round(9)) | round(0, 'ceil') | int, 1] | max) }}
{% endmacro %}
