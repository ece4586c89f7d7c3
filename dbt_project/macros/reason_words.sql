{# The first sentence of a reason whose condition holds for a row, as SQL text; null = none holds.

   sentences: a list of {words, holds_if}. rows: alias of the relation with the columns; a relation called
   average must be joined too. #}
{% macro reason_words(sentences, rows) -%}
    coalesce(
        {%- for one in sentences %}
        case
            when {{ retention.condition(one.holds_if, rows) }}
                then {{ retention.sentence(one.words, rows) }}
        end,
        {%- endfor %}
        cast(null as {{ dbt.type_string() }})
    )
{%- endmacro %}
