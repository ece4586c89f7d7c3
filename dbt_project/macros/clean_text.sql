{# A text in lower case with single spaces and none at its ends; null where nothing is left. #}
{% macro clean_text(column) -%}
    {{ adapter.dispatch('clean_text', 'retention')(column) }}
{%- endmacro %}

{% macro default__clean_text(column) -%}
    nullif(trim(regexp_replace(lower({{ column }}), '{{ retention._invisible_characters() }}+', ' ', 'g')), '')
{%- endmacro %}

{% macro spark__clean_text(column) -%}
    nullif(trim(regexp_replace(lower({{ column }}), r'{{ retention._invisible_characters() }}+', ' ')), '')
{%- endmacro %}
