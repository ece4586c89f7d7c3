{# A status in lower case, with underscores between words: 'On-Hold', ' on hold' and 'ON_HOLD' become
   on_hold. #}
{% macro clean_status(column) -%}
    replace(replace({{ retention.clean_text(column) }}, '-', '_'), ' ', '_')
{%- endmacro %}
