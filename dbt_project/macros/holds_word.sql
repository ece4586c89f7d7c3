{# Condition: a text with a space at both ends holds one of the words, whole. #}
{% macro holds_word(text_expression, words) -%}
    ({% for word in words %}{{ text_expression }} like '% {{ word }} %'{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}
