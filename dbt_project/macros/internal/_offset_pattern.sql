{# Regular expression for both engines. Groups: 1 the local time; then Z, UTC, GMT or an offset with 2 its
   sign, 3 its hours and 4 its minutes. #}
{% macro _offset_pattern() -%}
    ^(.*:[0-9]{2}(?:\.[0-9]*)?)\s*(?:[Zz]|(?:UTC|GMT)?([+-])(0?[0-9]|1[0-5]):?([0-5][0-9])?|UTC|GMT)\s*$
{%- endmacro %}
