{# SHA-256 of a text, as 64 lower-case hexadecimal digits. #}
{% macro sha256_hex(text_expression) -%}
    {{ adapter.dispatch('sha256_hex', 'retention')(text_expression) }}
{%- endmacro %}

{% macro default__sha256_hex(text_expression) -%}
    sha256({{ text_expression }})
{%- endmacro %}

{% macro spark__sha256_hex(text_expression) -%}
    sha2({{ text_expression }}, 256)
{%- endmacro %}
