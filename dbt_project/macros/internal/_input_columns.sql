{# Lower-case names of the columns that input_<name> has; all columns of the contract where its relation does
   not exist yet (dbt compile on an empty warehouse, unit tests), and none where the input is not set.

   Stops the build where a required column is missing. #}
{% macro _input_columns(name, required, optional) %}
    {% set relation = retention.input(name) %}
    {% if relation is none %}
        {{ return([]) }}
    {% endif %}
    {% set found = [] %}
    {% if execute and not relation.is_cte %}
        {% set found = retention._relation_columns(relation) | map('lower') | list %}
    {% endif %}
    {% if found | length == 0 %}
        {{ return(required + optional) }}
    {% endif %}
    {% set missing = required | reject('in', found) | list %}
    {% if missing %}
        {{ exceptions.raise_compiler_error(
            "input_" ~ name ~ " (" ~ relation.identifier ~ ") has no column " ~ missing | join(', ')
            ~ "; it has " ~ found | join(', ') ~ ". Required are " ~ required | join(', ')
            ~ ": rename the columns in your mapping model. See docs/inputs.md"
        ) }}
    {% endif %}
    {{ return(found) }}
{% endmacro %}
