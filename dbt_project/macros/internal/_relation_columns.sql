{# Names of the columns of a relation; one column, 1, while nothing is executed. #}
{% macro _relation_columns(relation) %}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list if execute else ['1']) }}
{% endmacro %}
