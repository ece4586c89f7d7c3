{# An e-mail address without '+' and the text after it before the '@'. #}
{% macro without_tag(email) -%}
    regexp_replace({{ email }}, '[+][^@]*@', '@')
{%- endmacro %}
