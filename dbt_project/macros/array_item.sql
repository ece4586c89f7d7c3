{# Item of an array by its number, counted from 1. #}
{% macro array_item(array, number) -%}
    {{ adapter.dispatch('array_item', 'retention')(array, number) }}
{%- endmacro %}

{% macro default__array_item(array, number) -%}
    {{ array }}[{{ number }}]
{%- endmacro %}

{% macro spark__array_item(array, number) -%}
    element_at({{ array }}, {{ number }})
{%- endmacro %}
