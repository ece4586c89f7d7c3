{# Names of the columns of a relation; one column, 1, while dbt parses.

   A source that dbt-duckdb reads from files can be a call, such as iceberg_scan('…'), which cannot be
   described. Its columns are read from a query. #}
{% macro _relation_columns(relation) %}
    {% if not execute %}
        {{ return(['1']) }}
    {% elif relation.external %}
        {{ return(run_query('select * from ' ~ relation ~ ' limit 0').column_names | list) }}
    {% endif %}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}
{% endmacro %}
