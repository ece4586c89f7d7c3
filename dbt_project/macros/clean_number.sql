{# A column as double; null where it is not a number. NaN and infinity are not numbers: infinity is above the
   largest double, and every engine compares NaN as larger than any number. #}
{% macro clean_number(column) -%}
    {%- set number = 'try_cast(' ~ column ~ ' as double)' -%}
    case when abs({{ number }}) <= 1.7976931348623157e308 then {{ number }} end
{%- endmacro %}
