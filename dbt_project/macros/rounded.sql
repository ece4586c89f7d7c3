{# A number rounded to so many decimal places, on both engines alike: multiplied first.

   round() itself differs between engines where the digits that are printed end in a 5. #}
{% macro rounded(expression, places) -%}
    {{ adapter.dispatch('rounded', 'retention')(expression, places) }}
{%- endmacro %}

{% macro default__rounded(expression, places) -%}
    round({{ expression }}, {{ places }})
{%- endmacro %}

{% macro spark__rounded(expression, places) -%}
    (round(({{ expression }}) * 1e{{ places }}) / 1e{{ places }})
{%- endmacro %}
