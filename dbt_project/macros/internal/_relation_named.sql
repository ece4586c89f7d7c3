{# The relation of a model of the package. #}
{% macro _relation_named(name) %}
    {% set node = graph.nodes['model.retention.' ~ name] %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}
