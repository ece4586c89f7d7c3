{# SQL of the band of a number by powers of two: 0 is band 0, 1 and 2 are band 1, 3 to 6 are band 2, and so
   on; null stays null. #}
{% macro power_band(expression) -%}
    cast(floor(round(log2(1 + cast({{ expression }} as double)), 6)) as integer)
{%- endmacro %}
