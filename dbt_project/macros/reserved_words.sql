{# Words, in lower case, that the engine accepts as a column name only in quotes. #}
{% macro reserved_words() %}
    {{ return(adapter.dispatch('reserved_words', 'retention')()) }}
{% endmacro %}

{% macro default__reserved_words() %}
    {{ return(run_query(
        "select lower(keyword_name) from duckdb_keywords() "
        ~ "where keyword_category in ('reserved', 'type_function')"
    ).columns[0].values() | list) }}
{% endmacro %}

{% macro spark__reserved_words() %}
    {% set words = run_query('select lower(keyword) from sql_keywords() where reserved') %}
    {{ return(words.columns[0].values() | list) }}
{% endmacro %}
