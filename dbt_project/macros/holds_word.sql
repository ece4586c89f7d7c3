{# Condition: a text, with a space at both ends, contains one of the words as a whole word. #}
{% macro holds_word(text_expression, words) -%}
    (
        {%- for word in words -%}
            {{ text_expression }} like '% {{ word }} %'{{ ' or ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
