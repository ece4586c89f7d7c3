{# Names of the columns of one of the package's own models that its YAML tags pii; none while nothing is executed. #}
{% macro _personal_columns(name) %}
    {% set personal = [] %}
    {% if execute %}
        {% for column in graph.nodes['model.retention.' ~ name].columns.values() if 'pii' in column.config.tags %}
            {% do personal.append(column.name) %}
        {% endfor %}
    {% endif %}
    {{ return(personal) }}
{% endmacro %}
