{# Regular expression, on both engines: 1 the time on its own clock, then Z, UTC, GMT, or 2 the sign, 3 the hours and 4 the minutes of an
   offset. #}
{% macro _offset_pattern() -%}
    ^(.*:[0-9]{2}(?:\.[0-9]*)?)\s*(?:[Zz]|(?:UTC|GMT)?([+-])(0?[0-9]|1[0-5]):?([0-5][0-9])?|UTC|GMT)\s*$
{%- endmacro %}
