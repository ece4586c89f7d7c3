{# A number var, checked: stops the build where it is no number from low to high. whole: days, counts. #}
{% macro number_var(name, low, high, whole=false) %}
    {% set value = var(name) %}
    {% set is_number = value is number and value is not boolean %}
    {% if not is_number or value < low or value > high or (whole and value != value | int) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a " ~ ("whole " if whole) ~ "number from " ~ low ~ " to " ~ high
            ~ ". See docs/vars.md"
        ) }}
    {% endif %}
    {{ return(value | int if whole else value) }}
{% endmacro %}
