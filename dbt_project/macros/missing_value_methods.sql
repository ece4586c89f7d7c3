{# The method of the var missing_values for each column: {column: method}. Raises an error if the var has
   a column that no family has. #}
{% macro missing_value_methods(columns) %}
    {% set chosen = retention.setting('missing_values') %}
    {% set per_column = chosen.get('per_column') or {} %}
    {% for column in per_column if execute and columns and column not in columns %}
        {{ exceptions.raise_compiler_error(
            "missing_values names the column " ~ column ~ ", which no family of retention_features has. "
            ~ "See docs/vars.md"
        ) }}
    {% endfor %}
    {% set methods = {} %}
    {% for column in columns %}
        {% do methods.update({column: per_column.get(column, chosen.get('default', 'none'))}) %}
    {% endfor %}
    {{ return(methods) }}
{% endmacro %}
