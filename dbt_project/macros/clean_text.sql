{# A text in lower case with single spaces and none at its ends; null where nothing is left. #}
{% macro clean_text(column) -%}
    {{ adapter.dispatch('clean_text', 'retention')(column) }}
{%- endmacro %}

{% macro default__clean_text(column) -%}
    nullif(trim(regexp_replace(lower({{ column }}), '[\s\x{a0}\x{2000}-\x{200b}\x{3000}]+', ' ', 'g')), '')
{%- endmacro %}

{% macro spark__clean_text(column) -%}
    nullif(trim(regexp_replace(lower({{ column }}), r'[\s\x{a0}\x{2000}-\x{200b}\x{3000}]+', ' ')), '')
{%- endmacro %}
