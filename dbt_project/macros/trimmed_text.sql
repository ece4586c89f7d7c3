{# A column as text, without spaces and invisible characters at its ends; null where nothing is left. #}
{% macro trimmed_text(column) -%}
    nullif({{ adapter.dispatch('trimmed_text', 'retention')(column) }}, '')
{%- endmacro %}

{% macro default__trimmed_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    regexp_replace(cast({{ column }} as varchar), '^{{ invisible }}+|{{ invisible }}+$', '', 'g')
{%- endmacro %}

{% macro spark__trimmed_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    regexp_replace(cast({{ column }} as string), r'^{{ invisible }}+|{{ invisible }}+$', '')
{%- endmacro %}
