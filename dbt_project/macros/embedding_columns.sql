{# Names of the dimensions of a relation of embeddings: all its columns but `keys`. Empty before the
   relation is built.

   var_name: the var with the name of the relation, for the error if a key is missing or a dimension is
   not numeric; none = not checked. #}
{% macro embedding_columns(relation, keys, var_name=none) %}
    {% if not execute or relation is none or relation.is_cte %}
        {{ return([]) }}
    {% endif %}
    {# What dbt-duckdb reads from files cannot be described, see _relation_columns. #}
    {% if relation.external %}
        {% set found = adapter.get_column_schema_from_query('select * from ' ~ relation ~ ' limit 0') %}
    {% else %}
        {% set found = adapter.get_columns_in_relation(relation) %}
    {% endif %}
    {% set names = found | map(attribute='name') | map('lower') | list %}
    {% set missing = keys | list | reject('in', names) | list %}
    {% if var_name and found and missing %}
        {{ exceptions.raise_compiler_error(
            var_name ~ " (" ~ relation.identifier ~ ") has no column " ~ missing | join(', ') ~ "; it has "
            ~ names | join(', ') ~ ". Needed are " ~ keys | join(', ')
            ~ " and numbers. See docs/embeddings.md"
        ) }}
    {% endif %}
    {% set dimensions = [] %}
    {% set numeric = 'u?(tiny|small|big|huge)?int(eger)?|float|real|double|(decimal|numeric)(\\(.*\\))?' %}
    {% for column in found if column.name | lower not in keys %}
        {% set type = column.data_type | lower %}
        {% if var_name and not modules.re.fullmatch(numeric, type) %}
            {{ exceptions.raise_compiler_error(
                var_name ~ " (" ~ relation.identifier ~ ") has the column " ~ column.name ~ " of type " ~ type
                ~ "; expected numbers, one column for each dimension. See docs/embeddings.md"
            ) }}
        {% endif %}
        {% do dimensions.append(column.name) %}
    {% endfor %}
    {{ return(dimensions) }}
{% endmacro %}
