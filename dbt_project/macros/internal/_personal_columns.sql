{# Names of the columns of a model of the package that its YAML tags pii. Empty while dbt parses. #}
{% macro _personal_columns(name) %}
    {% set personal = [] %}
    {% if execute %}
        {% set columns = graph.nodes['model.retention.' ~ name].columns.values() %}
        {% for column in columns if 'pii' in column.config.tags %}
            {% do personal.append(column.name) %}
        {% endfor %}
    {% endif %}
    {{ return(personal) }}
{% endmacro %}
