{# A number rounded to decimal places, with the same result on both engines: it is multiplied first.

   round() differs between engines for numbers whose printed digits end in a 5. #}
{% macro rounded(expression, places) -%}
    {{ adapter.dispatch('rounded', 'retention')(expression, places) }}
{%- endmacro %}

{% macro default__rounded(expression, places) -%}
    round({{ expression }}, {{ places }})
{%- endmacro %}

{% macro spark__rounded(expression, places) -%}
    (round(({{ expression }}) * 1e{{ places }}) / 1e{{ places }})
{%- endmacro %}
