{# The digits of a text, without anything between them. #}
{% macro digits_of(text_expression) -%}
    {{ adapter.dispatch('digits_of', 'retention')(text_expression) }}
{%- endmacro %}

{% macro default__digits_of(text_expression) -%}
    regexp_replace({{ text_expression }}, '[^0-9]', '', 'g')
{%- endmacro %}

{% macro spark__digits_of(text_expression) -%}
    regexp_replace({{ text_expression }}, '[^0-9]', '')
{%- endmacro %}
