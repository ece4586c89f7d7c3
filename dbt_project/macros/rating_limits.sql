{# The vars low_rating and high_rating, checked: {low: …, high: …}. Stops the build where they are no numbers, or
   the low one is not below the high one. #}
{% macro rating_limits() %}
    {% set low = number_var('low_rating', -1000000, 1000000) %}
    {% set high = number_var('high_rating', -1000000, 1000000) %}
    {% if low >= high %}
        {{ exceptions.raise_compiler_error(
            "low_rating is " ~ low ~ " and high_rating is " ~ high ~ "; expected low_rating below high_rating. "
            ~ "See docs/vars.md"
        ) }}
    {% endif %}
    {{ return({'low': low, 'high': high}) }}
{% endmacro %}
