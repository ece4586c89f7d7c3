{# Lower-case names of the columns that the relation of an input really has; every column of the contract where
   the relation does not exist yet (dbt compile on an empty warehouse, unit tests).

   Stops the build where a required column is missing. #}
{% macro _input_columns(name, relation) %}
    {% set contract = retention._input_contract()[name] %}
    {% set expected = contract.required.keys() | list + contract.optional.keys() | list %}
    {% if not execute or relation.is_cte %}
        {{ return(expected) }}
    {% endif %}
    {% set found = retention._relation_columns(relation) | map('lower') | list %}
    {% if found | length == 0 %}
        {{ return(expected) }}
    {% endif %}
    {% set missing = contract.required.keys() | reject('in', found) | list %}
    {% if missing %}
        {{ exceptions.raise_compiler_error(
            "input_" ~ name ~ " (" ~ relation.identifier ~ ") has no column " ~ missing | join(', ')
            ~ "; it has " ~ found | join(', ') ~ ". Required are " ~ contract.required.keys() | join(', ')
            ~ ": rename them in your mapping model. See docs/inputs.md"
        ) }}
    {% endif %}
    {{ return(found) }}
{% endmacro %}
