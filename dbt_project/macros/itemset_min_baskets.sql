{# The smallest number of baskets that makes an itemset frequent: ceil(share * baskets), or the number
   itself.

   A share is read as the decimal that was written, and multiplied as whole numbers: as doubles, 0.1 * 30
   is a little more than 3, and 0.56 * 10,000,000 a little more than 5,600,000. #}
{% macro itemset_min_baskets(min_support, baskets_count) %}
    {% if min_support is integer %}
        {{ return(min_support) }}
    {% endif %}
    {% set written = (min_support | string | lower).split('e') + ['0'] %}
    {% set digits = written[0].split('.') + [''] %}
    {% set places = digits[1] | length - written[1] | int %}
    {% set numerator = ((digits[0] ~ digits[1]) | int) * (baskets_count | int) %}
    {% set denominator = 10 ** places %}
    {{ return([(numerator + denominator - 1) // denominator, 1] | max) }}
{% endmacro %}
