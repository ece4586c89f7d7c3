{# An e-mail address without the '+' and what follows it before the '@'. #}
{% macro without_tag(email) -%}
    regexp_replace({{ email }}, '[+][^@]*@', '@')
{%- endmacro %}
