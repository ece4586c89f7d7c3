{# The first of a reason's sentences whose condition holds for a row, as SQL text; null where none holds.

   sentences: a list of {words, holds_if}; rows: alias of the relation that has the columns, beside one called average. #}
{% macro reason_words(sentences, rows) -%}
    coalesce(
        {%- for one in sentences %}
        case when {{ retention.condition(one.holds_if, rows) }} then {{ retention.sentence(one.words, rows) }} end,
        {%- endfor %}
        cast(null as {{ dbt.type_string() }})
    )
{%- endmacro %}
