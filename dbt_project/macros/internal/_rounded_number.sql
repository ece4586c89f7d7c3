{# A number as text with two significant digits and no exponent, for messages about a forecast: 61,000,000
   or 0.084. #}
{% macro _rounded_number(number) %}
    {{ return('{:,.15g}'.format('{:.2g}'.format(number) | float)) }}
{% endmacro %}
