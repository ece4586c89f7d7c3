{# SQL of a band of a number from 0: 0 is band 0, 1 and 2 band 1, 3 to 6 band 2, and so on by powers of two; null stays. #}
{% macro power_band(expression) -%}
    cast(floor(round(log2(1 + cast({{ expression }} as double)), 6)) as integer)
{%- endmacro %}
