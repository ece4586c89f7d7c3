{# A text in lower case, with single spaces between words and no space at its ends; null if it is empty. #}
{% macro clean_text(column) -%}
    {{ adapter.dispatch('clean_text', 'retention')(column) }}
{%- endmacro %}

{% macro default__clean_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    nullif(trim(regexp_replace(lower({{ column }}), '{{ invisible }}+', ' ', 'g')), '')
{%- endmacro %}

{% macro spark__clean_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    nullif(trim(regexp_replace(lower({{ column }}), r'{{ invisible }}+', ' ')), '')
{%- endmacro %}
