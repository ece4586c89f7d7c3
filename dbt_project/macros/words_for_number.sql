{# A number as people write it, with so many decimal places, as SQL text. #}
{% macro words_for_number(expression, places) -%}
    cast(cast({{ expression }} as decimal(18, {{ places }})) as {{ dbt.type_string() }})
{%- endmacro %}
